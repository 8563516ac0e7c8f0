namespace OnePeace.Modalities;

/// <summary>The architecture of a core: everything a modality must know to fit it. Defaults are the official pretraining configuration.</summary>
public sealed record CoreShape
{
    /// <summary>D, the width of a token.</summary>
    public required int Width { get; init; }

    /// <summary>H, the number of attention heads; divides <see cref="Width"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>The number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>F, the inner width of an expert.</summary>
    public required int ExpertWidth { get; init; }

    /// <summary>LayerNorm between attention and its output projection (<c>magneto_scale_attn</c>).</summary>
    public bool MagnetoScaleAttention { get; init; } = true;

    /// <summary>LayerNorm after attention (<c>scale_attn</c>).</summary>
    public bool ScaleAttention { get; init; }

    /// <summary>LayerNorm inside the expert, before its last linear (<c>scale_fc</c>).</summary>
    public bool ScaleExpert { get; init; } = true;

    /// <summary>One learned factor per attention head (<c>scale_heads</c>).</summary>
    public bool ScaleHeads { get; init; }

    /// <summary>Learned per-channel factors on both residual branches (<c>use_layer_scale</c>).</summary>
    public bool LayerScale { get; init; } = true;

    /// <summary>What those factors start from.</summary>
    public double LayerScaleInit { get; init; } = 1e-6;

    /// <summary>One relative position table per layer rather than one for all (<c>copy_rel_pos_table</c>).</summary>
    public bool TablePerLayer { get; init; }

    /// <summary>Stochastic depth of the last layer; grows linearly from 0 at the first. Training only.</summary>
    public double DropPath { get; init; }

    /// <summary>Dropout of both residual branches. Training only.</summary>
    public double Dropout { get; init; }

    /// <summary>Dropout of attention probabilities. Training only.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Dropout inside the experts. Training only.</summary>
    public double ActivationDropout { get; init; }

    /// <summary>How many relative position tables an adaptor of this core holds.</summary>
    public int RelativeTables => TablePerLayer ? Layers : 1;
}
