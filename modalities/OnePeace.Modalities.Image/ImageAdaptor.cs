using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Image;

/// <summary>Images: a stem that makes one token of 16 x 16 pixels, learned positions on a grid, two-dimensional relative biases (one_peace/models/adapter/image.py).</summary>
/// <remarks>
/// Options beyond <see cref="SequenceAdaptor"/>'s: <c>vision_encoder_type</c> (<c>hmlp</c>, <c>mlp</c>, or <c>none</c> for a decoder),
/// <c>bucket_size</c> (side of the absolute grid), <c>rel_bucket_size</c> (side of the relative one).
/// Shapes: <c>B</c> batch, <c>S</c> pixels of a side, <c>L</c> = (S / 16)² + 1 tokens, <c>D</c> width.
/// </remarks>
public sealed class ImageAdaptor : SequenceAdaptor
{
    /// <summary>The field of a batch: normalised colours, <c>[B, 3, S, S]</c>.</summary>
    public const string PixelsField = "pixels";

    /// <summary>An optional field: true where an item is the second image of a pair, bool <c>[B]</c>.</summary>
    public const string SecondField = "second_image";

    private readonly int _side;
    private readonly int _relativeSide;
    private readonly Lazy<long[]> _relativeIndex;

    [ComponentName(Name = "embed_images")]
    private readonly nn.Module<Tensor, Tensor>? _stem;

    [ComponentName(Name = "pos_embed")]
    private readonly Parameter _positions;

    [ComponentName(Name = "type_embedding_2")]
    private readonly Parameter? _secondType;

    public ImageAdaptor(CoreShape shape, ModalityOptions options)
        : base(nameof(ImageAdaptor), shape, options, ImageGrid.RelativeRows(ImageOptions.RelativeSide(options)))
    {
        _side = ImageOptions.Side(options);
        _relativeSide = ImageOptions.RelativeSide(options);
        _relativeIndex = new(() => ImageGrid.RelativeIndex(_relativeSide));
        _stem = ImageStem.Create(options, shape.Width);
        _positions = new Parameter(empty(((long)_side * _side) + 1, shape.Width));
        _secondType = options.Boolean("add_type_embedding", false) ? new Parameter(empty(1, 1, shape.Width)) : null;
        RegisterComponents();
    }

    public override Tokens forward(ModalityBatch batch)
    {
        if (_stem is null) throw new InvalidOperationException("This image adaptor has no stem, so it can only decode: set 'vision_encoder_type'.");
        using var positions = Positions(batch);                                        // [1 or B, L, D]
        using var padding = PaddingMask(batch);                                        // [B, L]
        using var patches = Patches(batch[PixelsField]);                               // [B, L - 1, D]
        using var embeddings = WithCls(patches);                                       // [B, L, D]
        return Encode(batch, embeddings, positions, padding);
    }

    public override Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken)
    {
        using var positions = Positions(batch);                                        // [1 or B, L, D]
        using var padding = PaddingMask(batch);                                        // [B, L]
        return Decode(batch, preserved, maskToken, positions, padding);
    }

    public override void Initialise(Generator generator)
    {
        base.Initialise(generator);
        Initialisation.TruncatedNormal(_positions, generator);
        _secondType?.zero_();
    }

    protected override Tensor RelativeIndex(long length, Device device)
    {
        var expected = ((long)_relativeSide * _relativeSide) + 1;
        return length == expected
            ? tensor(_relativeIndex.Value, [length, length], device: device)
            : throw new ArgumentException($"Images must have {_relativeSide * ImageGrid.PatchSide} pixels a side ({expected} tokens), but {length} tokens came: resize them, or set 'rel_bucket_size'.");
    }

    private Tensor Patches(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return _stem!.call(pixels.to(_positions.dtype)).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Nothing of an image is padding.</summary>
    private static Tensor PaddingMask(ModalityBatch batch)
    {
        var (pixels, side) = (batch[PixelsField], Side(batch));
        return zeros(pixels.size(0), ((long)side * side) + 1, ScalarType.Bool, pixels.device);
    }

    private static int Side(ModalityBatch batch) => (int)batch[PixelsField].size(2) / ImageGrid.PatchSide;

    /// <summary>Positions fitted to the size of the images, and what marks the second image of a pair.</summary>
    private Tensor Positions(ModalityBatch batch)
    {
        using var scope = NewDisposeScope();
        var side = Side(batch);
        var positions = (side == _side ? _positions : ImageGrid.ResizePositions(_positions, side)).unsqueeze(0);          // [1, L, D]
        if (_secondType is not null && batch.Contains(SecondField))
            positions = positions.Plus(_secondType.mul(batch[SecondField].view(-1, 1, 1).to(_secondType.dtype)));          // [B, L, D]
        return positions.MoveToOuterDisposeScope();
    }
}
