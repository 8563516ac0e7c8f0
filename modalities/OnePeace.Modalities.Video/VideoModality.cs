using OnePeace.Modalities.Image;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Video;

/// <summary>The video modality: frames of a clip, each as the image modality has it, placed in time. It can start from that modality's weights.</summary>
public sealed class VideoModality : IModality
{
    private const string TemporalName = "adapter.temporal_embed";

    private static readonly ImageModality _image = new();

    public string Name => "video";

    public IReadOnlyList<string> MediaTypes =>
        ["video/mp4", "video/webm", "video/quicktime", "image/gif", "image/webp", "image/png", "image/jpeg", "image/bmp"];

    public ModalityOptions CompleteOptions(ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes)
    {
        options = _image.CompleteOptions(options, shapes);
        return shapes.GetValueOrDefault(TemporalName) is [var frames, ..] ? options.Complete("frames", (int)frames) : options.Complete("frames", VideoOptions.Frames(options));
    }

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new VideoPreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new VideoAdaptor(shape, options);

    /// <summary>Takes the image modality's weights as they are: without temporal positions, which then start at zero. Positions of fewer or more frames are stretched.</summary>
    public void UpgradeWeights(IDictionary<string, Tensor> weights, CoreShape shape, ModalityOptions options)
    {
        _image.UpgradeWeights(weights, shape, options);
        if (weights.Remove("adapter.type_embedding_2", out var second)) second.Dispose();   // of the second image of a pair
        var frames = VideoOptions.Frames(options);
        if (!weights.TryGetValue(TemporalName, out var temporal))
        {
            weights[TemporalName] = zeros(frames, shape.Width);
        }
        else if (temporal.size(0) != frames)
        {
            weights[TemporalName] = Stretch(temporal, frames);
            temporal.Dispose();
        }
    }

    /// <summary>Linear in time, in float32; <c>[from, D] -> [to, D]</c>.</summary>
    private static Tensor Stretch(Tensor positions, int to)
    {
        using var scope = NewDisposeScope();
        var line = positions.t().unsqueeze(0).to(ScalarType.Float32);                                                    // [1, D, from]
        var stretched = nn.functional.interpolate(line, [to], mode: InterpolationMode.Linear, align_corners: false);    // [1, D, to]
        return stretched.squeeze(0).t().contiguous().to(positions.dtype).MoveToOuterDisposeScope();
    }
}
