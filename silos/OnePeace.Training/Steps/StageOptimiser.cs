using OnePeace.Modalities.Layers;
using OnePeace.Training.Models;
using OnePeace.Training.Optimisation;
using OnePeace.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Steps;

/// <summary>A stage's optimiser: float32 copies where the model computes in another type, groups, schedule, clipping, Adam, and the average of the weights.</summary>
internal sealed class StageOptimiser : IDisposable
{
    private const string Weights = "weight/", Means = "mean/", Squares = "square/", Averages = "average/", Updates = "updates/";

    private readonly TrainingModel _model;
    private readonly TrainingStage _stage;
    private readonly MasterWeights _master;
    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly ILearningRateSchedule _schedule;
    private readonly Adam _adam;
    private readonly WeightAverage? _average;

    public StageOptimiser(TrainingModel model, TrainingStage stage)
    {
        var options = stage.Optimiser;
        (_model, _stage) = (model, stage);
        _master = new MasterWeights(model.Trained);
        _groups = ParameterGroups.Of(_master.Weights, model.Core.Shape.Layers, options.WeightDecay, options.LayerDecay);
        _schedule = Schedule(stage.Steps, options);
        _adam = new Adam(new AdamOptions { MeanRate = options.Beta1, SquareRate = options.Beta2, Epsilon = options.Epsilon });
        _average = options.AverageDecay > 0 ? new WeightAverage(_master.Weights, options.AverageDecay) : null;
    }

    /// <param name="done">Steps done before.</param>
    public double RateAt(long done) => _schedule.Rate(done);

    /// <summary>After every backward pass.</summary>
    public void TakeGradients() => _master.TakeGradients();

    /// <summary>Forgets all gradients.</summary>
    public void Forget()
    {
        Gradients.Clear(_master.Weights);
        Gradients.Clear(_model.Trained);
    }

    /// <summary>One update; the gradients are gone afterwards.</summary>
    /// <returns>The gradients' norm before clipping.</returns>
    /// <exception cref="DivergedException">It is not finite; nothing was changed.</exception>
    public double Step(long done)
    {
        using var scope = NewDisposeScope();
        try
        {
            var norm = Gradients.Clip(_master.Weights, _stage.Optimiser.ClipNorm)?.item<float>() ?? 0;
            if (!float.IsFinite(norm)) throw new DivergedException(done + 1, "the gradients' norm");
            _adam.Step(_groups, RateAt(done));
            _master.WriteBack();
            _average?.Update();
            return norm;
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>Copies of everything on the CPU, by <c>KIND/official.name</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> Capture()
    {
        using var scope = NewDisposeScope();
        var state = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (key, value) in _master.Weights) Add(Weights + key, value);
        foreach (var (key, moments) in _adam.Moments)
        {
            Add(Means + key, moments.Mean);
            Add(Squares + key, moments.Square);
            state.Add(Updates + key, tensor(moments.Updates).DetachFromDisposeScope());
        }
        foreach (var (key, value) in _average?.Averages ?? new Dictionary<string, Tensor>()) Add(Averages + key, value);
        return state;

        void Add(string name, Tensor value) => state.Add(name, value.detach().to(CPU, copy: true).DetachFromDisposeScope());
    }

    /// <summary>Goes on from a state that was captured.</summary>
    /// <exception cref="InvalidDataException">It is of other weights.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        using var _ = no_grad();
        foreach (var (key, value) in _master.Weights)
        {
            if (!state.TryGetValue(Weights + key, out var stored) || !stored.Sizes().AsSpan().SequenceEqual(value.Sizes()))
                throw new InvalidDataException($"The checkpoint lacks '{key}' in the shape that the recipe trains: it is of another run.");
            value.copy_(stored);
            if (!state.TryGetValue(Means + key, out var mean)) continue;
            _adam.Restore(key, new AdamMoments(mean.to(value.device, copy: true), state[Squares + key].to(value.device, copy: true)) { Updates = state[Updates + key].item<long>() });
        }
        _master.WriteBack();
        _average?.Restore(state.Where(t => t.Key.StartsWith(Averages, StringComparison.Ordinal)).ToDictionary(t => t.Key[Averages.Length..], t => t.Value));
    }

    /// <summary>Puts averaged weights, if there are any, in the place of the trained ones until the result is disposed.</summary>
    public IDisposable? UseAverage()
    {
        if (_average is null) return null;
        using var scope = NewDisposeScope();
        var kept = _model.Trained.Select(p => (p.Value, Own: p.Value.detach().clone().DetachFromDisposeScope())).ToList();
        using var _ = no_grad();
        foreach (var (key, value) in _model.Trained) value.copy_(_average.Averages[key]);
        return new Return(kept);
    }

    public void Dispose()
    {
        _average?.Dispose();
        _adam.Dispose();
        _master.Dispose();
    }

    private static ILearningRateSchedule Schedule(int steps, OptimiserOptions options) => options.Schedule == "polynomial"
        ? new PolynomialSchedule { Peak = options.LearningRate, End = options.MinimumRate, WarmupUpdates = (long)(steps * options.Warmup), Updates = steps }
        : CosineSchedule.OverWithWarmupShare(steps, options.LearningRate, options.MinimumRate, options.Warmup);

    private sealed class Return(List<(Tensor Weight, Tensor Own)> kept) : IDisposable
    {
        public void Dispose()
        {
            using var _ = no_grad();
            foreach (var (weight, own) in kept)
            {
                weight.copy_(own);
                own.Dispose();
            }
        }
    }
}
