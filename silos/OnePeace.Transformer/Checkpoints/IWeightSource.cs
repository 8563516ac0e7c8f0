using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>What is known of a stored tensor without reading its values.</summary>
public sealed record WeightInfo(ScalarType Type, long[] Shape);

/// <summary>Named tensors in a file or a part of one; values are read, or mapped, when asked for.</summary>
public interface IWeightSource
{
    IReadOnlyDictionary<string, WeightInfo> Weights { get; }

    /// <summary>One tensor on the CPU in its stored type; the caller disposes it. Where it is mapped, pages load on first touch.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    Tensor Read(string name);
}
