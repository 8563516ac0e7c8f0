using OnePeace.Modalities.Image;
using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Video;

/// <summary>Clips: every frame through the image stem, the image's positions in space, a learned one in time, relative biases by the offset in space alone.</summary>
/// <remarks>
/// Options: the image adaptor's, whose weights fit under the same names, and <c>frames</c> (rows of the temporal positions, which start at zero).
/// A clip of one frame is then, to the last bit, the computation of an image. The biases of a clip take H L² values: 2 049 tokens are 8 frames of 256 x 256.
/// Shapes: <c>B</c> batch, <c>F</c> frames, <c>S</c> pixels of a side, <c>P</c> = (S / 16)² patches of a frame, <c>L</c> = F P + 1 tokens, <c>D</c> width.
/// </remarks>
public sealed class VideoAdaptor : SequenceAdaptor
{
    /// <summary>The field of a batch: normalised colours, <c>[B, F, 3, S, S]</c>.</summary>
    public const string FramesField = "frames";

    /// <summary>The field of a batch: true where there is no frame, bool <c>[B, F]</c>.</summary>
    public const string PaddingField = "padding_mask";

    private readonly int _side;
    private readonly int _relativeSide;
    private readonly Lazy<long[]> _relativeIndex;

    [ComponentName(Name = "embed_images")]
    private readonly nn.Module<Tensor, Tensor>? _stem;

    [ComponentName(Name = "pos_embed")]
    private readonly Parameter _positions;

    [ComponentName(Name = "temporal_embed")]
    private readonly Parameter _times;

    public VideoAdaptor(CoreShape shape, ModalityOptions options)
        : base(nameof(VideoAdaptor), shape, options, ImageGrid.RelativeRows(ImageOptions.RelativeSide(options)))
    {
        _side = ImageOptions.Side(options);
        _relativeSide = ImageOptions.RelativeSide(options);
        _relativeIndex = new(() => ImageGrid.RelativeIndex(_relativeSide));
        _stem = ImageStem.Create(options, shape.Width);
        _positions = new Parameter(empty(((long)_side * _side) + 1, shape.Width));
        _times = new Parameter(empty(VideoOptions.Frames(options), shape.Width));
        RegisterComponents();
    }

    public override Tokens forward(ModalityBatch batch)
    {
        if (_stem is null) throw new InvalidOperationException("This video adaptor has no stem, so it can only decode: set 'vision_encoder_type'.");
        using var positions = Positions(batch);                                        // [1, L, D]
        using var padding = PaddingMask(batch);                                        // [B, L]
        using var patches = Patches(batch[FramesField]);                               // [B, L - 1, D]
        using var embeddings = WithCls(patches);                                       // [B, L, D]
        return Encode(batch, embeddings, positions, padding);
    }

    public override Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken)
    {
        using var positions = Positions(batch);                                        // [1, L, D]
        using var padding = PaddingMask(batch);                                        // [B, L]
        return Decode(batch, preserved, maskToken, positions, padding);
    }

    public override void Initialise(Generator generator)
    {
        base.Initialise(generator);
        Initialisation.TruncatedNormal(_positions, generator);
        _times.zero_();
    }

    /// <summary>The image's rows, whatever the two frames are.</summary>
    protected override Tensor RelativeIndex(long length, Device device)
    {
        var patches = (long)_relativeSide * _relativeSide;
        if ((length - 1) % patches != 0)
            throw new ArgumentException($"Frames must have {_relativeSide * ImageGrid.PatchSide} pixels a side ({patches} tokens each), but {length} tokens came: resize them, or set 'rel_bucket_size'.");
        using var scope = NewDisposeScope();
        var frames = (length - 1) / patches;
        var image = tensor(_relativeIndex.Value, [patches + 1, patches + 1], device: device);
        var ofPatches = image.narrow(0, 1, patches);                                                                // [P, P + 1]
        var rows = cat([ofPatches.narrow(1, 0, 1), ofPatches.narrow(1, 1, patches).repeat(1, frames)], dim: 1);     // [P, L]
        var first = image.narrow(0, 0, 1);                                                                          // [1, P + 1]
        var ofCls = cat([first.narrow(1, 0, 1), first.narrow(1, 1, patches).repeat(1, frames)], dim: 1);            // [1, L]
        return cat([ofCls, rows.repeat(frames, 1)], dim: 0).MoveToOuterDisposeScope();                              // [L, L]
    }

    private Tensor Patches(Tensor frames)
    {
        using var scope = NewDisposeScope();
        var images = frames.to(_positions.dtype).flatten(0, 1);                                                     // [B F, 3, S, S]
        var patches = _stem!.call(images).flatten(2).transpose(1, 2);                                               // [B F, P, D]
        return patches.reshape(frames.size(0), -1, patches.size(2)).MoveToOuterDisposeScope();                    // [B, L - 1, D]
    }

    /// <summary>All patches of a frame that is not there.</summary>
    private static Tensor PaddingMask(ModalityBatch batch)
    {
        using var scope = NewDisposeScope();
        var (side, absent) = (Side(batch), batch[PaddingField]);                                                    // [B, F]
        var patches = absent.unsqueeze(2).expand(-1, -1, (long)side * side).flatten(1);                             // [B, L - 1]
        return cat([zeros(absent.size(0), 1, ScalarType.Bool, absent.device), patches], dim: 1).MoveToOuterDisposeScope();
    }

    private static int Side(ModalityBatch batch) => (int)batch[FramesField].size(3) / ImageGrid.PatchSide;

    /// <summary>Where every token stands: positions in space fitted to the size of the frames, plus the frame's in time; CLS has none in time.</summary>
    private Tensor Positions(ModalityBatch batch)
    {
        var (frames, side) = (batch[FramesField].size(1), Side(batch));
        if (frames > _times.size(0))
            throw new ArgumentException($"A clip has at most {_times.size(0)} frames here, but {frames} came: sample fewer, or set 'frames'.");
        using var scope = NewDisposeScope();
        var positions = side == _side ? _positions : ImageGrid.ResizePositions(_positions, side);                   // [P + 1, D]
        var placed = positions.narrow(0, 1, (long)side * side).unsqueeze(0)
            .Plus(_times.narrow(0, 0, frames).unsqueeze(1)).flatten(0, 1);                                           // [L - 1, D]
        return cat([positions.narrow(0, 0, 1), placed], dim: 0).unsqueeze(0).MoveToOuterDisposeScope();             // [1, L, D]
    }
}
