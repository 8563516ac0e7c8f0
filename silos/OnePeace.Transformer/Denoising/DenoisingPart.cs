using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Denoising;

/// <summary>Ties one modality to the denoising decoder: narrows the encoder's features, stands in for hidden positions, widens the result.</summary>
/// <remarks>Shapes: <c>D</c> the encoder's width, <c>W</c> the decoder's.</remarks>
public sealed class DenoisingPart : nn.Module, IInitialised
{
    [ComponentName(Name = "embed")]
    private readonly Linear _embed;

    [ComponentName(Name = "mask_token")]
    private readonly Parameter _maskToken;

    [ComponentName(Name = "mask_head")]
    private readonly Linear _head;

    public DenoisingPart(long encoderWidth, long decoderWidth) : base(nameof(DenoisingPart))
    {
        _embed = new Linear(encoderWidth, decoderWidth);
        _maskToken = new Parameter(empty(1, decoderWidth));
        _head = new Linear(decoderWidth, encoderWidth);
        RegisterComponents();
        TensorCensus.Built(this);
    }

    /// <summary>What stands where the encoder saw nothing, <c>[1, W]</c>.</summary>
    public Tensor MaskToken => _maskToken;

    /// <summary><c>[B, K, D] -> [B, K, W]</c>.</summary>
    public Tensor Narrow(Tensor features) => _embed.call(features);

    /// <summary><c>[B, L, W] -> [B, L, D]</c>.</summary>
    public Tensor Predict(Tensor features) => _head.call(features);

    public void Initialise(Generator generator) => Initialisation.TruncatedNormal(_maskToken, generator);
}
