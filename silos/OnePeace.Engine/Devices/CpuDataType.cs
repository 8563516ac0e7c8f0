using System.Collections.Concurrent;
using System.Diagnostics;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers.Packing;
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
    public static ScalarType For(CoreShape shape) => shape.Width < LeastWidth
        ? ScalarType.Float32
        : Known.GetOrAdd((shape.Width, shape.ExpertWidth), key => Seconds(key, ScalarType.Float32) >= LeastGain * Seconds(key, ScalarType.BFloat16) ? ScalarType.BFloat16 : ScalarType.Float32);

    /// <summary>The shortest of several multiplications as an expert makes them.</summary>
    private static double Seconds((int Width, int Inner) shape, ScalarType type)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var weight = new PackedWeight(zeros(shape.Inner, shape.Width, dtype: type), null);
        var tokens = zeros(Tokens, shape.Width, dtype: type);
        return Enumerable.Range(0, Repeats).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            using var result = weight.Apply(tokens);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
    }
}
