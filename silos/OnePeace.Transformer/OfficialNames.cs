using System.Text.RegularExpressions;

namespace OnePeace.Transformer;

/// <summary>Which part of a model a weight belongs to.</summary>
public enum ModelPart
{
    /// <summary>The shared Transformer: <c>layers.0.self_attn.q_proj.weight</c>.</summary>
    Core,

    /// <summary>One modality (<see cref="ModalityModule"/>): <c>adapter.*</c>, <c>experts.0.*</c>, <c>norm.*</c>, <c>projection.*</c>.</summary>
    Modality,

    /// <summary>The denoising decoder's own Transformer, named like <see cref="Core"/>.</summary>
    DecoderCore,

    /// <summary>One modality's side of the denoising decoder, named like <see cref="Modality"/>.</summary>
    DecoderModality,

    /// <summary>What ties one modality to the denoising decoder (<see cref="Denoising.DenoisingPart"/>): <c>embed.*</c>, <c>mask_token</c>, <c>mask_head.*</c>.</summary>
    Denoising,

    /// <summary>The classifier (<see cref="Heads.ClassifyHead"/>).</summary>
    Head,

    /// <summary>The contrastive temperature: <c>logit_scale</c>.</summary>
    LogitScale,
}

/// <summary>A weight's place in a model.</summary>
/// <param name="Part">Which part holds it.</param>
/// <param name="Modality">The modality it belongs to, or null where the part is shared.</param>
/// <param name="Name">Its name within the part.</param>
public readonly record struct LocalName(ModelPart Part, string? Modality, string Name);

/// <summary>Translates between the keys of official checkpoints and ours. A modality's name is whatever stands in its place.</summary>
public static partial class OfficialNames
{
    /// <summary>Where an official key belongs, or null where it is none.</summary>
    public static LocalName? Parse(string key)
    {
        if (key == "logit_scale") return new(ModelPart.LogitScale, null, key);
        if (key.StartsWith("classify_head.", StringComparison.Ordinal)) return new(ModelPart.Head, null, key["classify_head.".Length..]);
        return ParseWrapper(key, "encoder_wrapper.", ModelPart.Core, ModelPart.Modality)
            ?? ParseWrapper(key, "decoder_wrapper.", ModelPart.DecoderCore, ModelPart.DecoderModality)
            ?? Match(DenoisingKey().Match(key), ModelPart.Denoising, m => m.Groups["embed"].Success ? $"embed.{m.Groups["rest"].Value}" : m.Groups["local"].Value)
            ?? Match(Projection().Match(key), ModelPart.Modality, m => $"projection.{m.Groups["rest"].Value}");
    }

    /// <summary>The official key of a weight.</summary>
    public static string Format(LocalName local) => local.Part switch
    {
        ModelPart.LogitScale => local.Name,
        ModelPart.Head => $"classify_head.{local.Name}",
        ModelPart.Core => $"encoder_wrapper.fusion_model.{local.Name}",
        ModelPart.DecoderCore => $"decoder_wrapper.fusion_model.{local.Name}",
        ModelPart.Modality when Strip(local.Name, "projection.") is { } rest => $"{local.Modality}_proj.{rest}",
        ModelPart.Modality => $"encoder_wrapper.{FormatModality(local)}",
        ModelPart.DecoderModality => $"decoder_wrapper.{FormatModality(local)}",
        ModelPart.Denoising when Strip(local.Name, "embed.") is { } rest => $"decoder_{local.Modality}_embed.{rest}",
        ModelPart.Denoising => $"{local.Modality}_{local.Name}",
        _ => throw new ArgumentOutOfRangeException(nameof(local), local.Part, "Not a part of a model."),
    };

    /// <summary>Whether an official key holds a table that is computed rather than loaded (<c>rp_bucket</c>, <c>position_idx</c>, <c>version</c>).</summary>
    public static bool IsComputed(LocalName local) =>
        local.Name is "adapter.rp_bucket" or "adapter.position_idx" || (local.Name == "version" && local.Modality is null);

    private static LocalName? ParseWrapper(string key, string wrapper, ModelPart core, ModelPart modality)
    {
        if (Strip(key, wrapper) is not { } inner) return null;
        if (Strip(inner, "fusion_model.") is not { } fusion)
            return Match(Adaptor().Match(inner), modality, m => $"adapter.{m.Groups["rest"].Value}");
        return Match(Expert().Match(fusion), modality, m => $"experts.{m.Groups["layer"].Value}.{m.Groups["rest"].Value}")
            ?? Match(Norm().Match(fusion), modality, m => $"norm.{m.Groups["rest"].Value}")
            ?? new(core, null, fusion.Replace(".layer_norms.0.", ".self_attn_layer_norm.", StringComparison.Ordinal)   // fairseq's oldest names
                .Replace(".layer_norms.1.", ".final_layer_norm.", StringComparison.Ordinal));
    }

    private static string FormatModality(LocalName local)
    {
        if (Strip(local.Name, "adapter.") is { } adaptor) return $"{local.Modality}_adapter.{adaptor}";
        if (Strip(local.Name, "norm.") is { } norm) return $"fusion_model.{local.Modality}_layer_norm.{norm}";
        if (Strip(local.Name, "experts.")?.Split('.', 2) is [var layer, var rest]) return $"fusion_model.layers.{layer}.{local.Modality}_ffn.{rest}";
        throw new ArgumentException($"A modality's weight is named adapter.*, experts.N.*, norm.* or projection.*, but '{local.Name}' came.", nameof(local));
    }

    private static LocalName? Match(Match match, ModelPart part, Func<Match, string> name) =>
        match.Success ? new(part, match.Groups["modality"].Value, name(match)) : null;

    private static string? Strip(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    [GeneratedRegex(@"^(?<modality>[a-z][a-z0-9_]*?)_adapter\.(?<rest>.+)$")]
    private static partial Regex Adaptor();

    [GeneratedRegex(@"^layers\.(?<layer>\d+)\.(?<modality>[a-z][a-z0-9_]*?)_ffn\.(?<rest>.+)$")]
    private static partial Regex Expert();

    [GeneratedRegex(@"^(?<modality>[a-z][a-z0-9_]*?)_layer_norm\.(?<rest>.+)$")]
    private static partial Regex Norm();

    [GeneratedRegex(@"^(?<modality>[a-z][a-z0-9_]*?)_proj\.(?<rest>.+)$")]
    private static partial Regex Projection();

    [GeneratedRegex(@"^(?:(?<embed>decoder_)(?<modality>[a-z][a-z0-9_]*?)_embed\.(?<rest>.+)|(?<modality>[a-z][a-z0-9_]*?)_(?<local>mask_token|mask_head\..+))$")]
    private static partial Regex DenoisingKey();
}
