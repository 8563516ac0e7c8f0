using OnePeace.Engine.Batching;
using OnePeace.Modalities.Image;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Video.Tests;

/// <summary>The model that ships, with its image modality, and a video modality of the same weights.</summary>
internal sealed class DemoModel : IDisposable
{
    public const int Width = 64, Patches = 16;

    private static readonly ImagePreprocessor _images = new(new ModalityOptions().With("image_size", 64));

    private readonly OnePeaceModel _model;

    public DemoModel(int frames = 8)
    {
        using var source = ModelSources.Open(Path.Combine(Clips.Root, "models/demo"));
        _model = ModelLoader.Load(source, _ => new ImageModality(), ["image"], type: ScalarType.Float32);
        var image = source.Modalities["image"];
        var options = image.Options.With("frames", frames);
        _model.Attach(ModelLoader.LoadModality(image with { Name = "video", Options = options }, source.Shape, new VideoModality(), type: ScalarType.Float32));
    }

    public OnePeaceModel Model => _model;

    public ModalityModule Video => _model.Modalities["video"];

    /// <summary>Gives every frame's place in time a vector.</summary>
    public DemoModel WithTimes()
    {
        using var generator = new Generator(5);
        Layers.Initialisation.Normal(Video.get_parameter("adapter.temporal_embed")!, generator, 0.3);
        return this;
    }

    public Tensor EmbedImage(byte[] file)
    {
        var prepared = _images.PrepareAsync(new RawInput(file), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return _model.Embed("image", new ModalityBatch(BatchAssembly.Stack([prepared])));
    }

    public Tensor EmbedVideo(params PreparedInput[] clips) => _model.Embed("video", Batch(clips));

    /// <summary>Features of every token, <c>[B, L, D]</c>.</summary>
    public Tensor Features(ModalityBatch batch) => Assert.Single(_model.Encode([new ModelInput("video", batch)]));

    public static ModalityBatch Batch(params PreparedInput[] clips) => new(BatchAssembly.Stack(clips));

    public static ModalityBatch Batch(long[,] preserved, params PreparedInput[] clips) => new(BatchAssembly.Stack(clips)) { Preserved = tensor(preserved) };

    /// <summary>A clip of noise.</summary>
    public static PreparedInput Noise(int frames, int seed)
    {
        var random = new Random(seed);
        float[] pixels = [.. Enumerable.Range(0, frames * 3 * 64 * 64).Select(_ => (float)((random.NextDouble() * 4) - 2))];
        return Clip(pixels, frames);
    }

    /// <summary>Some frames of a clip of noise, in this order.</summary>
    public static PreparedInput Frames(PreparedInput clip, params int[] order)
    {
        var pixels = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(clip.Fields[0].Value.Bytes.Span).ToArray().Chunk(3 * 64 * 64).ToArray();
        return Clip([.. order.SelectMany(frame => pixels[frame])], order.Length);
    }

    public void Dispose() => _model.Dispose();

    private static PreparedInput Clip(float[] pixels, int frames) => new(
        [
            new InputField(VideoAdaptor.FramesField, HostTensor.Create(pixels, frames, 3, 64, 64)),
            new InputField(VideoAdaptor.PaddingField, HostTensor.Create(new bool[frames], frames), Padding: 1),
        ],
        (frames * Patches) + 1);
}
