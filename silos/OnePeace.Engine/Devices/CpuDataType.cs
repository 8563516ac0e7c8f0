using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers.Packing;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Devices;

/// <summary>What a CPU computes in where nobody says: bfloat16 where it multiplies the model's matrices much faster than float32, measured once a process.</summary>
internal static class CpuDataType
{
    /// <summary>In narrower models operations cost more than what they compute.</summary>
    private const int LeastWidth = 256;

    private const double LeastGain = 1.4;
    private const int Tokens = 256, Repeats = 7;

    private static readonly ConcurrentDictionary<(int, int), ScalarType> Known = [];

    /// <summary>A few milliseconds for the first model of a shape.</summary>
    public static ScalarType For(CoreShape shape) => IsMeasuredFor(shape)
        ? Known.GetOrAdd((shape.Width, shape.ExpertWidth), key => Gain(key.Item1, key.Item2) >= LeastGain ? ScalarType.BFloat16 : ScalarType.Float32)
        : ScalarType.Float32;

    /// <summary>Why matrices are multiplied more slowly than this processor could, in words for its operator; null where they are not.</summary>
    /// <param name="type">What a model is computed in.</param>
    /// <param name="isMeasured">Whether nobody named that type, and the model is wide enough for bfloat16.</param>
    public static string? Slowness(ScalarType type, bool isMeasured) => Slowness(type, isMeasured && Avx512BW.IsSupported, Packing.Refusal);

    /// <inheritdoc cref="Slowness(ScalarType, bool)"/>
    /// <param name="refusal">As <see cref="Packing.Refusal"/>.</param>
    /// <param name="mayBeBrain">Whether bfloat16 would have been taken where it is faster.</param>
    internal static string? Slowness(ScalarType type, bool mayBeBrain, Func<ScalarType, string?> refusal)
    {
        if (refusal(type) is null && mayBeBrain) type = ScalarType.BFloat16;
        return refusal(type) is { } reason ? $"oneDNN multiplies no {DataTypes.Name(type)} matrices here, so that they take several times as long: {reason}." : null;
    }

    public static bool IsMeasuredFor(CoreShape shape) => shape.Width >= LeastWidth;

    /// <summary>How many times as fast an expert's multiplication is in bfloat16: the shortest of several in either type, taken in turn.</summary>
    private static double Gain(int width, int inner)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using PackedWeight single = new(zeros(inner, width), null), brain = new(zeros(inner, width, dtype: ScalarType.BFloat16), null);
        Tensor tokens = zeros(Tokens, width), narrow = zeros(Tokens, width, dtype: ScalarType.BFloat16);
        var (inSingle, inBrain) = (double.MaxValue, double.MaxValue);
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            inSingle = Math.Min(inSingle, Seconds(single, tokens));
            inBrain = Math.Min(inBrain, Seconds(brain, narrow));
        }
        return inSingle / inBrain;
    }

    private static double Seconds(PackedWeight weight, Tensor tokens)
    {
        var start = Stopwatch.GetTimestamp();
        using var result = weight.Apply(tokens);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
