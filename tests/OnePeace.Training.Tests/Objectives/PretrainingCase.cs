using OnePeace.Training.Objectives;
using OnePeace.Training.Parameters;
using OnePeace.Transformer;
using OnePeace.Transformer.Denoising;
using OnePeace.Transformer.Tests.Reference;

namespace OnePeace.Training.Tests.Objectives;

/// <summary>A pretraining case of the reference as a pair of modalities.</summary>
internal sealed class PretrainingCase : IDisposable
{
    private readonly OnePeaceModel _model;
    private readonly DenoisingDecoder _decoder;

    public PretrainingCase(string name, string other)
    {
        Reference = new ReferenceCase("pretrain", name);
        _model = ReferenceModel.Build(Reference);
        _decoder = ReferenceModel.BuildDecoder(Reference);
        Model = new PairModel(_model.Core, _model.Modalities["text"], _model.Modalities[other], _model.LogitScale) { Decoder = _decoder };
        Parameters = ModelParameters.Of(_model.Core, [.. Reference.Modalities.Select(m => _model.Modalities[m.Name])], _model.LogitScale, _decoder);
    }

    public ReferenceCase Reference { get; }

    public PairModel Model { get; }

    public IReadOnlyList<NamedParameter> Parameters { get; }

    /// <summary>The case's inputs; owned by the caller's dispose scope.</summary>
    public PairBatch Batch()
    {
        var (pivot, other) = (Model.Pivot.Name, Model.Other.Name);
        var joint = other == "image" ? "vl" : "al";
        return new PairBatch(new(pivot, Reference.Batch(pivot)), new(other, Reference.Batch(other)))
        {
            Size = (int)Reference.Input("src_tokens").shape[0],
            Masks = new()
            {
                PivotAlone = Reference.HasInput($"{pivot}_mask_indices") ? Mask(pivot) : null,
                OtherAlone = Mask(other),
                PivotJoint = Mask($"{joint}_{pivot}"),
                OtherJoint = Mask($"{joint}_{other}"),
            },
        };
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _model.Dispose();
        Reference.Dispose();
    }

    private SideMask Mask(string name) => new(Reference.Input($"{name}_mask_indices"), Reference.Input($"{name}_preserve_ids"));
}
