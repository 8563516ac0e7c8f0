using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using OnePeace.Modalities;
using OnePeace.Modalities.Image;
using SkiaSharp;

namespace OnePeace.Benchmarks;

/// <summary>A photograph made ready for a model that sees 224 x 224 pixels.</summary>
public class DecodingBenchmarks
{
    private const int Quality = 90, Seen = 224, Noise = 12, CallsToCompile = 40;

    private ImagePreprocessor? _preprocessor;
    private RawInput _photo;

    /// <summary>Pixels a side, in a ratio of 4 to 3.</summary>
    [Params(640, 1920, 4032)]
    public int Width { get; set; }

    [Params("full", "scaled")]
    public string Decode { get; set; } = "full";

    [GlobalSetup]
    public async Task Setup()
    {
        _preprocessor = new ImagePreprocessor(new ModalityOptions(new JsonObject { ["image_size"] = Seen, ["decode"] = Decode }));
        using var scene = SKBitmap.Decode(RawInputs.Of("image", 0));
        using var enlarged = scene.Resize(new SKImageInfo(Width, Width * 3 / 4), new SKSamplingOptions(SKCubicResampler.Mitchell));
        AddNoise(enlarged.GetPixelSpan());
        using var encoded = enlarged.Encode(SKEncodedImageFormat.Jpeg, Quality);
        _photo = new RawInput(encoded.ToArray());
        for (var call = 0; call < CallsToCompile; call++) await Prepare();   // the runtime compiles what is called often once more, and better
    }

    /// <summary>As a sensor's: without it a photograph would have almost nothing to decode.</summary>
    private static void AddNoise(Span<byte> pixels)
    {
        var random = new Random(1);
        foreach (ref var value in pixels) value = (byte)Math.Clamp(value + random.Next(-Noise, Noise + 1), 0, byte.MaxValue);
    }

    [Benchmark]
    public ValueTask<PreparedInput> Prepare() => _preprocessor!.PrepareAsync(_photo, CancellationToken.None);
}
