using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = OnePeace.Modalities.Layers.LayerNorm;

namespace OnePeace.Modalities.Image;

/// <summary>The hierarchical patch stem: convolutions of 4, 2 and 2 pixels, LayerNorm and GELU between; <c>[B, 3, S, S] -> [B, D, S / 16, S / 16]</c>.</summary>
public sealed class ImageStem : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "0")]
    private readonly Convolution2d _first;

    [ComponentName(Name = "1")]
    private readonly ChannelNorm _firstNorm;

    [ComponentName(Name = "3")]
    private readonly Convolution2d _second;

    [ComponentName(Name = "4")]
    private readonly ChannelNorm _secondNorm;

    [ComponentName(Name = "6")]
    private readonly Convolution2d _third;

    public ImageStem(long width) : base(nameof(ImageStem))
    {
        _first = new Convolution2d(3, width / 4, side: 4);
        _firstNorm = new ChannelNorm(width / 4);
        _second = new Convolution2d(width / 4, width / 4, side: 2);
        _secondNorm = new ChannelNorm(width / 4);
        _third = new Convolution2d(width / 4, width, side: 2);
        RegisterComponents();
    }

    /// <summary>The stem that the options ask for (<c>vision_encoder_type</c>), <c>[B, 3, S, S] -> [B, D, S / 16, S / 16]</c>; null for a decoder, which has none.</summary>
    /// <exception cref="InvalidDataException">There is no such stem.</exception>
    public static nn.Module<Tensor, Tensor>? Create(ModalityOptions options, long width) => ImageOptions.StemType(options) switch
    {
        "hmlp" => new ImageStem(width),
        "mlp" => new Convolution2d(3, width, ImageGrid.PatchSide, withBias: false),
        _ => null,
    };

    public override Tensor forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var coarse = nn.functional.gelu(_firstNorm.call(_first.call(pixels)));            // [B, D / 4, S / 4, S / 4]
        var coarser = nn.functional.gelu(_secondNorm.call(_second.call(coarse)));         // [B, D / 4, S / 8, S / 8]
        return _third.call(coarser).MoveToOuterDisposeScope();                            // [B, D, S / 16, S / 16]
    }

    /// <summary>LayerNorm over channels.</summary>
    private sealed class ChannelNorm : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "layer_norm")]
        private readonly LayerNorm _norm;

        public ChannelNorm(long channels) : base(nameof(ChannelNorm))
        {
            _norm = new LayerNorm(channels);
            RegisterComponents();
        }

        public override Tensor forward(Tensor image)
        {
            using var scope = NewDisposeScope();
            return _norm.call(image.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
        }
    }
}
