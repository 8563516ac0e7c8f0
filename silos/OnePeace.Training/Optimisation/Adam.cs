using OnePeace.Modalities.Layers;
using OnePeace.Training.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Optimisation;

/// <summary>What Adam remembers of one weight; float32, of the weight's shape.</summary>
/// <param name="Mean">Of its gradients.</param>
/// <param name="Square">Mean of their squares.</param>
public sealed record AdamMoments(Tensor Mean, Tensor Square)
{
    /// <summary>How many updates it had.</summary>
    public long Updates { get; set; }
}

/// <summary>Adam's settings; the defaults are those of ONE-PEACE's pretraining.</summary>
public sealed record AdamOptions
{
    public double MeanRate { get; init; } = 0.9;

    public double SquareRate { get; init; } = 0.98;

    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>Adam as one_peace/optim/adam.py has it: decay beside the gradient, epsilon added before the bias is corrected.</summary>
/// <remarks>A float32 weight is updated in place. Other types need <see cref="MasterWeights"/>.</remarks>
public sealed class Adam(AdamOptions options) : IDisposable
{
    private readonly Dictionary<string, AdamMoments> _moments = new(StringComparer.Ordinal);
    private readonly Scalar _meanRate = options.MeanRate.ToScalar(), _meanRest = (1 - options.MeanRate).ToScalar();
    private readonly Scalar _squareRate = options.SquareRate.ToScalar(), _squareRest = (1 - options.SquareRate).ToScalar();
    private readonly Scalar _epsilon = options.Epsilon.ToScalar();

    /// <summary>By official key, for checkpoints. Weights that never had a gradient have none.</summary>
    public IReadOnlyDictionary<string, AdamMoments> Moments => _moments;

    /// <summary>Takes moments over, out of a checkpoint; owned from then on.</summary>
    public void Restore(string key, AdamMoments moments)
    {
        moments.Mean.DetachFromDisposeScope();
        moments.Square.DetachFromDisposeScope();
        Forget(key);
        _moments[key] = moments;
    }

    /// <summary>One update of every weight that has a gradient.</summary>
    /// <param name="groups">What to update.</param>
    /// <param name="rate">The learning rate, before each group's scale.</param>
    public void Step(IEnumerable<ParameterGroup> groups, double rate)
    {
        using var _ = no_grad();
        foreach (var group in groups)
        {
            foreach (var parameter in group.Parameters) Update(parameter, rate * group.Scale, group.Decay);
        }
    }

    public void Dispose()
    {
        foreach (var key in _moments.Keys.ToArray()) Forget(key);
        foreach (var scalar in new[] { _meanRate, _meanRest, _squareRate, _squareRest, _epsilon }) scalar.Dispose();
    }

    private void Update(NamedParameter parameter, double rate, double decay)
    {
        using var scope = NewDisposeScope();
        var weight = parameter.Value;
        if (weight.grad is not { } gradient) return;
        if (weight.dtype != ScalarType.Float32)
            throw new ArgumentException($"'{parameter.Key}' is {weight.dtype}; updates are made in Float32: keep MasterWeights of it.", nameof(parameter));
        if (!_moments.TryGetValue(parameter.Key, out var moments))
            Restore(parameter.Key, moments = new AdamMoments(zeros_like(weight), zeros_like(weight)));
        moments.Updates++;
        moments.Mean.mul_(_meanRate).add_(gradient, _meanRest);
        moments.Square.mul_(_squareRate).addcmul_(gradient, gradient, _squareRest);
        if (decay != 0)
        {
            using var loss = (-decay * rate).ToScalar();
            weight.add_(weight, loss);
        }
        var corrected = rate * Math.Sqrt(1 - Math.Pow(options.SquareRate, moments.Updates)) / (1 - Math.Pow(options.MeanRate, moments.Updates));
        using var step = (-corrected).ToScalar();
        weight.addcdiv_(moments.Mean, moments.Square.sqrt().Plus(_epsilon), step);
    }

    private void Forget(string key)
    {
        if (!_moments.Remove(key, out var moments)) return;
        moments.Mean.Dispose();
        moments.Square.Dispose();
    }
}
