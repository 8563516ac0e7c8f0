using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using OnePeace.Transformer.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Objectives;

/// <summary>The pretraining losses of ONE-PEACE (section 2.2), over any two modalities.</summary>
public sealed class PairObjective
{
    private readonly PairModel _model;
    private readonly PairLossOptions _options;
    private readonly PairPasses _passes;
    private readonly DenoisingContrastiveLoss _denoising;

    /// <exception cref="ArgumentException">The losses need a decoder and there is none, or every weight is 0.</exception>
    public PairObjective(PairModel model, PairLossOptions options)
    {
        if (options.Denoises && model.Decoder is null)
            throw new ArgumentException("Denoising losses need a decoder: give one, or set their weights to 0.", nameof(model));
        if (!options.Denoises && options.Contrastive <= 0)
            throw new ArgumentException("At least one loss must have a weight above 0.", nameof(options));
        (_model, _options, _passes) = (model, options, new PairPasses(model, options));
        _denoising = new() { LogitScale = options.DenoisingLogitScale, LabelSmoothing = options.LabelSmoothing };
    }

    /// <summary>Runs the passes that the weights ask for.</summary>
    /// <returns>Owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The batch is of other modalities, or lacks masks that the losses need.</exception>
    /// <exception cref="InvalidOperationException">The pivot has a core of its own, but would be trained.</exception>
    public PairLosses Compute(PairBatch batch)
    {
        PairBatchCheck.Check(batch, _model, _options);
        using var scope = NewDisposeScope();
        var pivot = _passes.EncodePivot(batch);
        var other = _passes.EncodeOther(batch);
        var joint = _passes.EncodeJoint(batch);
        var pivotAlone = Denoise(_passes.PredictPivot(batch), pivot, batch.Masks?.PivotAlone);
        var otherAlone = Denoise(_passes.PredictOther(batch), _options.TeacherOfOtherAlone == Teacher.Alone ? other : joint?.Other, batch.Masks?.OtherAlone);
        var predicted = _passes.PredictJoint(batch);
        var pivotJoint = _options.PivotJoint > 0 ? Denoise(predicted?.Pivot, joint?.Pivot, batch.Masks?.PivotJoint) : null;
        var otherJoint = _options.OtherJoint > 0 ? Denoise(predicted?.Other, joint?.Other, batch.Masks?.OtherJoint) : null;
        var factor = _options.Contrastive > 0 ? _model.LogitScale.Factor() : null;
        var contrast = factor is null ? null : ContrastiveLoss.Compute(batch.PivotVectors ?? pivot!.Vectors!, other!.Vectors!, factor, _options.DetachCandidates);
        var total = Sum([
            (_options.Contrastive, contrast?.Loss), (_options.PivotAlone, pivotAlone), (_options.OtherAlone, otherAlone),
            (_options.PivotJoint, pivotJoint), (_options.OtherJoint, otherJoint)]);
        return new PairLosses(total.MoveToOuterDisposeScope())
        {
            Contrastive = Detached(contrast?.Loss),
            PivotAlone = Detached(pivotAlone),
            OtherAlone = Detached(otherAlone),
            PivotJoint = Detached(pivotJoint),
            OtherJoint = Detached(otherJoint),
            PivotCorrect = Detached(contrast?.LeftCorrect),
            OtherCorrect = Detached(contrast?.RightCorrect),
            Factor = Detached(factor),
        };
    }

    /// <summary>Adds the gradients of a batch to those of the weights.</summary>
    /// <exception cref="Exception">Whatever a layer threw that was computed once more (<see cref="TransformerCore.RecomputesLayers"/>).</exception>
    public void Backward(PairLosses losses)
    {
        losses.Total.backward();
        try
        {
            _model.Decoder?.Core.CheckRecomputation();
        }
        finally
        {
            _model.Core.CheckRecomputation();   // both forget what went wrong
        }
    }

    private Tensor? Denoise(Tensor? student, EncodedSide? teacher, SideMask? mask) =>
        student is null ? null : _denoising.Compute(student, teacher!.Features, mask!.Hidden, teacher.Padding);

    private static Tensor Sum(IEnumerable<(double Weight, Tensor? Loss)> terms)
    {
        Tensor? sum = null;
        foreach (var (weight, loss) in terms)
        {
            if (loss is null) continue;
            using var factor = weight.ToScalar();
            sum = sum is null ? loss.mul(factor) : sum.Plus(loss.mul(factor));
        }
        return sum!;
    }

    private static Tensor? Detached(Tensor? value) => value?.detach().MoveToOuterDisposeScope();
}
