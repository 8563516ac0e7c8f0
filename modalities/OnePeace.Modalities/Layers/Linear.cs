using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>An affine map, <c>[..., In] -> [..., Out]</c>.</summary>
public sealed class Linear : nn.Module<Tensor, Tensor>, IInitialised, IPackable
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    private OnFirstUse<PackedWeight>? _packed;
    private bool _isJoined;

    public Linear(long inputs, long outputs, bool withBias = true) : base(nameof(Linear))
    {
        _weight = new Parameter(empty(outputs, inputs));
        _bias = withBias ? new Parameter(empty(outputs)) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _packed?.Value.Apply(input) ?? nn.functional.linear(input, _weight, _bias);

    /// <summary>The exact GELU of the map.</summary>
    public Tensor Gelu(Tensor input)
    {
        if (_packed is not null) return _packed.Value.ApplyGelu(input);
        using var mapped = call(input);
        return nn.functional.gelu(mapped);
    }

    /// <summary>The map's result times another tensor of the same shape.</summary>
    public Tensor Times(Tensor input, Tensor other)
    {
        if (_packed is not null) return _packed.Value.ApplyTimes(input, other);
        using var mapped = call(input);
        return other.mul(mapped);
    }

    public void Initialise(Generator generator)
    {
        Initialisation.TruncatedNormal(_weight, generator);
        _bias?.zero_();
    }

    public void Pack(bool keepsWeights)
    {
        if (!_isJoined) _packed ??= new(() => Join([this], keepsWeights, Lay));
    }

    /// <summary>Several maps of the same input as one, their results one after the other; none of them is of use alone afterwards.</summary>
    /// <param name="maps">All of one width of input.</param>
    /// <param name="keepsWeights">See <see cref="IPackable.Pack"/>.</param>
    public static OnFirstUse<PackedWeight> PackTogether(IReadOnlyList<Linear> maps, bool keepsWeights) =>
        Together(maps, keepsWeights, Lay);

    /// <summary>As <see cref="PackTogether"/>, in int8.</summary>
    internal static OnFirstUse<QuantisedWeight> QuantiseTogether(IReadOnlyList<Linear> maps, bool keepsWeights) =>
        Together(maps, keepsWeights, (weights, bias) => new QuantisedWeight(weights, bias));

    private static PackedWeight Lay(IReadOnlyList<Tensor> weights, Tensor? bias) => new(weights.Count == 1 ? weights[0] : cat([.. weights]), bias);

    private static OnFirstUse<T> Together<T>(IReadOnlyList<Linear> maps, bool keepsWeights, Func<IReadOnlyList<Tensor>, Tensor?, T> pack) where T : class, IDisposable
    {
        foreach (var map in maps) map._isJoined = true;
        return new(() => Join(maps, keepsWeights, pack));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _packed?.Dispose();
        base.Dispose(disposing);
    }

    private static T Join<T>(IReadOnlyList<Linear> maps, bool keepsWeights, Func<IReadOnlyList<Tensor>, Tensor?, T> pack)
    {
        using var scope = NewDisposeScope();
        var bias = maps.All(map => map._bias is null) ? null
            : maps.Count == 1 ? maps[0]._bias
            : cat([.. maps.Select(map => map._bias ?? zeros_like(map._weight.select(1, 0)))]);
        var packed = pack([.. maps.Select(map => map._weight)], bias);
        if (!keepsWeights)
            foreach (var map in maps) map.Empty();
        return packed;
    }

    private void Empty()
    {
        foreach (var parameter in new[] { _weight, _bias }.OfType<Parameter>())
        {
            using var nothing = empty(0, parameter.dtype, parameter.device);
            parameter.set_(nothing);
        }
    }
}
