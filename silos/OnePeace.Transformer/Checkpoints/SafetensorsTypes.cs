using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>The format's names of element types.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Code, ScalarType Type)[] Types =
    [
        ("F64", ScalarType.Float64), ("F32", ScalarType.Float32), ("F16", ScalarType.Float16), ("BF16", ScalarType.BFloat16),
        ("I64", ScalarType.Int64), ("I32", ScalarType.Int32), ("I16", ScalarType.Int16), ("I8", ScalarType.Int8),
        ("U8", ScalarType.Byte), ("BOOL", ScalarType.Bool),
    ];

    /// <summary>All names, for messages.</summary>
    public static string Known { get; } = string.Join(", ", Types.Select(t => t.Code));

    public static ScalarType? Find(string code) => Types.Where(t => t.Code == code).Select(t => (ScalarType?)t.Type).FirstOrDefault();

    /// <exception cref="NotSupportedException">The format has no such type.</exception>
    public static string Code(ScalarType type) => Types.FirstOrDefault(t => t.Type == type).Code
        ?? throw new NotSupportedException($"safetensors cannot hold {type} here; convert it to one of {Known} first.");
}
