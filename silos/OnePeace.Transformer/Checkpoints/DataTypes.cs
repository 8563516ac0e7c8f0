using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Element types as users write them: <c>bfloat16</c>.</summary>
public static class DataTypes
{
    /// <exception cref="InvalidDataException">It is none that a model can have.</exception>
    public static ScalarType Parse(string name) => name switch
    {
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        "float16" => ScalarType.Float16,
        "float64" => ScalarType.Float64,
        _ => throw new InvalidDataException($"Expected the data type float32, bfloat16, float16 or float64, but got '{name}'."),
    };

    public static string Name(ScalarType type) => type.ToString().ToLowerInvariant();
}
