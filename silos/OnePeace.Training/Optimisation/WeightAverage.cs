using OnePeace.Training.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Optimisation;

/// <summary>A float32 average of weights over the updates, where later ones count more: often better than the last update's.</summary>
public sealed class WeightAverage : IDisposable
{
    private readonly IReadOnlyList<NamedParameter> _parameters;
    private readonly Dictionary<string, Tensor> _averages;
    private readonly Scalar _decay, _rest;

    /// <param name="parameters">What to average, starting with what it is now; not owned.</param>
    /// <param name="decay">How much of the average an update keeps, 0.9999 say.</param>
    public WeightAverage(IReadOnlyList<NamedParameter> parameters, double decay)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _parameters = parameters;
        (_decay, _rest) = (decay.ToScalar(), (1 - decay).ToScalar());
        _averages = parameters.ToDictionary(p => p.Key, p => p.Value.detach().to(ScalarType.Float32, copy: true).DetachFromDisposeScope(), StringComparer.Ordinal);
    }

    /// <summary>By official key, for checkpoints.</summary>
    public IReadOnlyDictionary<string, Tensor> Averages => _averages;

    /// <summary>After every update.</summary>
    public void Update()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (key, value) in _parameters) _averages[key].mul_(_decay).add_(value.to(ScalarType.Float32), _rest);
    }

    /// <summary>Takes averages over, out of a checkpoint.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> averages)
    {
        using var _ = no_grad();
        foreach (var (key, average) in _averages) average.copy_(averages[key]);
    }

    public void Dispose()
    {
        foreach (var average in _averages.Values) average.Dispose();
        _decay.Dispose();
        _rest.Dispose();
    }
}
