using System.Diagnostics;
using System.Text.Json.Nodes;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Video.Decoding;

namespace OnePeace.Modalities.Video.Tests;

/// <summary>Clips, and shorthand for decoding and preparing them.</summary>
internal static class Clips
{
    private static readonly bool _hasFfmpeg =
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "ffmpeg")));

    public static string Root { get; } = FindRoot();

    public static string Samples { get; } = Path.Combine(Root, "modalities/OnePeace.Modalities.Video/samples");

    public static VideoPreprocessor Preprocessor(params (string Key, int Value)[] options)
    {
        var json = new JsonObject { ["image_size"] = 64 };
        foreach (var (key, value) in options) json[key] = value;
        return new VideoPreprocessor(new ModalityOptions(json));
    }

    public static PreparedInput Prepare(this VideoPreprocessor preprocessor, byte[] bytes, CancellationToken cancellation = default) =>
        preprocessor.PrepareAsync(new RawInput(bytes), cancellation).AsTask().GetAwaiter().GetResult();

    public static InvalidInputException Refusal(this VideoPreprocessor preprocessor, byte[] bytes) => Assert.Throws<InvalidInputException>(() => preprocessor.Prepare(bytes));

    public static SkiaClipDecoder Animations { get; } = new(new ClipLimits(), new ImageLimits());

    /// <summary>The frames that are picked, three bytes a pixel.</summary>
    public static List<byte[]> Decode(this IClipDecoder decoder, byte[] bytes, int count = 64)
    {
        var frames = new List<byte[]>();
        decoder.DecodeAsync(bytes, count, rows => frames.Add(Rgb(rows)), CancellationToken.None).GetAwaiter().GetResult();
        return frames;
    }

    public static InvalidInputException Refusal(this IClipDecoder decoder, byte[] bytes) => Assert.Throws<InvalidInputException>(() => decoder.Decode(bytes));

    /// <summary>A film of these frames, each pixel kept, by ffmpeg.</summary>
    /// <param name="side">Pixels of a side.</param>
    /// <param name="frames">Three bytes a pixel.</param>
    /// <param name="extension">Of the container.</param>
    /// <param name="options">Of the output; by default every pixel survives (PNG in MOV).</param>
    public static byte[] Film(int side, IEnumerable<byte[]> frames, string extension = "mov", params string[] options)
    {
        var raw = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(raw, [.. frames.SelectMany(f => f)]);
            return Make(extension, ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{side}x{side}", "-r", "10", "-i", raw, .. options.Length > 0 ? options : ["-c:v", "png"]]);
        }
        finally
        {
            File.Delete(raw);
        }
    }

    /// <summary>A file that ffmpeg makes; where it is not installed the test is skipped.</summary>
    public static byte[] Make(string extension, params string[] arguments)
    {
        Assert.SkipUnless(_hasFfmpeg, "The program ffmpeg is not installed.");
        var folder = Directory.CreateTempSubdirectory("onepeace-test-");
        try
        {
            var target = Path.Combine(folder.FullName, "clip." + extension);
            using var process = Process.Start("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", .. arguments, target]);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return File.ReadAllBytes(target);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Frames of noise.</summary>
    public static List<byte[]> Noise(int side, int frames, int seed)
    {
        var random = new Random(seed);
        var noise = Enumerable.Range(0, frames).Select(_ => new byte[3 * side * side]).ToList();
        noise.ForEach(random.NextBytes);
        return noise;
    }

    private static byte[] Rgb(IImageRows rows)
    {
        var rgb = new List<byte>(3 * rows.Width * rows.Height);
        for (var y = 0; y < rows.Height; y++)
        {
            foreach (var pixel in rows.Next().ToArray().Chunk(4)) rgb.AddRange(pixel.AsSpan(0, 3));
        }
        return [.. rgb];
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OnePeace.Platform.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests holds OnePeace.Platform.sln.");
        return folder.FullName;
    }
}
