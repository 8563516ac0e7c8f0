using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Views of weight sources.</summary>
public static class WeightSources
{
    /// <summary>All weights, to be written one after the other.</summary>
    /// <param name="source">Read when a weight's turn comes.</param>
    /// <param name="type">What floating point weights become; null leaves them as they are.</param>
    public static IEnumerable<TensorToWrite> ToWrite(this IWeightSource source, ScalarType? type) =>
        source.Weights.Select(w =>
        {
            var info = w.Value with { Type = type is { } wanted && w.Value.Type.IsFloatingPoint() ? wanted : w.Value.Type };
            return new TensorToWrite(w.Key, info, () => Convert(source.Read(w.Key), info.Type));
        });

    /// <summary>The type that the weights' first floating point tensor is stored in: what a model computes in if nothing else is said.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static ScalarType MainType(this IWeightSource source)
    {
        foreach (var (_, info) in source.Weights.OrderBy(w => w.Key, StringComparer.Ordinal))
            if (info.Type.IsFloatingPoint()) return info.Type;
        throw new InvalidDataException("There are no floating point weights.");
    }

    private static Tensor Convert(Tensor tensor, ScalarType type)
    {
        if (tensor.dtype == type) return tensor;
        using (tensor) return tensor.to(type);
    }
}

/// <summary>Some weights of another source, under other names.</summary>
internal sealed class RenamedWeights : IWeightSource
{
    private readonly IWeightSource _source;
    private readonly IReadOnlyDictionary<string, string> _names;

    /// <param name="source">Not owned.</param>
    /// <param name="names">The source's name of every name here.</param>
    public RenamedWeights(IWeightSource source, IReadOnlyDictionary<string, string> names)
    {
        _source = source;
        _names = names;
        Weights = names.ToDictionary(n => n.Key, n => source.Weights[n.Value]);
    }

    public IReadOnlyDictionary<string, WeightInfo> Weights { get; }

    public Tensor Read(string name) => _names.TryGetValue(name, out var original)
        ? _source.Read(original)
        : throw new KeyNotFoundException($"There is no weight '{name}' here.");
}

/// <summary>A safetensors file that is opened when something of it is asked for.</summary>
internal sealed class DeferredWeights(string path) : IWeightSource, IDisposable
{
    private readonly Lazy<SafetensorsFile> _file = new(() => new SafetensorsFile(path));

    public IReadOnlyDictionary<string, WeightInfo> Weights => _file.Value.Weights;

    public Tensor Read(string name) => _file.Value.Read(name);

    public void Dispose()
    {
        if (_file.IsValueCreated) _file.Value.Dispose();
    }
}
