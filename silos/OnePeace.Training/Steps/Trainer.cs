using OnePeace.Training.Data;
using OnePeace.Training.Models;
using OnePeace.Training.Objectives;
using OnePeace.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Steps;

/// <summary>Optimiser steps on a model. Everything runs on the device's thread; what is random depends on the seed and the step alone.</summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainingModel _model;
    private readonly TrainingStage _stage;
    private readonly int _seed;
    private readonly PairObjective _objective;
    private readonly PairObjective _contrast;
    private readonly StageOptimiser _optimiser;
    private readonly PivotCache? _cache;

    /// <param name="model">Owned from now on.</param>
    /// <param name="stage">What to do with it.</param>
    /// <param name="seed">Of stochastic depth, and of torch's own generator, from which dropout draws.</param>
    /// <param name="cacheBytes">The most memory that the pivot's vectors take.</param>
    public Trainer(TrainingModel model, TrainingStage stage, int seed, long cacheBytes = 1L << 30)
    {
        (_model, _stage, _seed) = (model, stage, seed);
        try
        {
            _objective = new PairObjective(model.ForLosses, stage.Losses);
            _contrast = new PairObjective(model.ForLosses with { Decoder = null }, new PairLossOptions { PivotAlone = 0, OtherAlone = 0, PivotJoint = 0, OtherJoint = 0 });
            _optimiser = new StageOptimiser(model, stage);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        _cache = stage.KeepsPivot && model.PivotIsFrozen ? new PivotCache(model, cacheBytes) : null;
    }

    /// <summary>Optimiser steps done.</summary>
    public long Done { get; private set; }

    public TrainingModel Model => _model;

    /// <summary>How often a vector of the pivot was known already, and how often not; nothing without a cache.</summary>
    public (long Hits, long Misses) PivotCacheUse => _cache is null ? default : (_cache.Hits, _cache.Misses);

    /// <summary>One optimiser step.</summary>
    /// <param name="batches">As many as are accumulated; those with fewer than two pairs do not count.</param>
    /// <exception cref="DivergedException">Loss or gradients are not finite; nothing was changed.</exception>
    public StepResult Step(IReadOnlyList<PreparedPairs> batches)
    {
        var step = Done + 1;
        var usable = batches.Where(b => b.Size >= 2).ToList();
        var sum = new StepSum();
        _model.Mode(training: true);
        _model.Core.DropPathGenerator.manual_seed(StableSeed.Of(_seed, _stage.Name, "drop path", step));
        using (manual_seed(StableSeed.Of(_seed, _stage.Name, "dropout", step)))
            Backward(usable, step, sum);
        var rate = _optimiser.RateAt(Done);
        var norm = usable.Count == 0 ? 0 : _optimiser.Step(Done);
        Done = step;
        return sum.ToResult(step, rate, norm);
    }

    /// <summary>Loss and accuracy of batches in evaluation mode, without masks.</summary>
    public (double Loss, double Accuracy) Validate(IReadOnlyList<PreparedPairs> batches)
    {
        _model.Mode(training: false);
        using var gradients = no_grad();
        using var averaged = _optimiser.UseAverage();
        var sum = new StepSum();
        foreach (var batch in batches.Where(b => b.Size >= 2))
        {
            using var scope = NewDisposeScope();
            sum.Add(_contrast.Compute(PairAssembly.Assemble(batch, _model.Device, _model.DataType)), batch.Size);
        }
        return (sum.Loss, sum.Accuracy);
    }

    /// <summary>Copies of all that <see cref="Restore"/> needs.</summary>
    /// <exception cref="DivergedException">A weight is not finite, so that nothing could go on from it.</exception>
    public TrainerState Capture()
    {
        var state = new TrainerState(Done, _optimiser.Capture());
        if (state.IsFinite()) return state;
        state.Dispose();
        throw new DivergedException(Done, "a weight");
    }

    /// <summary>Goes on where a state was captured.</summary>
    /// <exception cref="InvalidDataException">It is of another model.</exception>
    public void Restore(TrainerState state)
    {
        _optimiser.Restore(state.Tensors);
        Done = state.Step;
    }

    /// <summary>Puts the averaged weights, if there are any, in the place of the trained ones: for publishing.</summary>
    public IDisposable? UseAverage() => _optimiser.UseAverage();

    public void Dispose()
    {
        _optimiser.Dispose();
        _model.Dispose();
    }

    private void Backward(IReadOnlyList<PreparedPairs> batches, long step, StepSum sum)
    {
        try
        {
            foreach (var batch in batches) Backward(batch, batches.Count, step, sum);
        }
        catch
        {
            _optimiser.Forget();
            throw;
        }
    }

    private void Backward(PreparedPairs batch, int count, long step, StepSum sum)
    {
        using var scope = NewDisposeScope();
        var pairs = PairAssembly.Assemble(batch, _model.Device, _model.DataType);
        if (_cache is not null) pairs = pairs with { PivotVectors = _cache.Get(batch) };
        var losses = _objective.Compute(pairs);
        sum.Add(losses, batch.Size);
        if (!double.IsFinite(sum.Loss)) throw new DivergedException(step, "the loss");
        using var share = (1.0 / count).ToScalar();
        _objective.Backward(losses with { Total = losses.Total.mul(share) });
        _optimiser.TakeGradients();
    }
}
