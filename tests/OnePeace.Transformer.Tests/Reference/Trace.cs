using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Reference;

/// <summary>Everything that a forward pass makes on its way, by the names of the reference.</summary>
internal sealed class Trace
{
    private readonly Dictionary<string, Tensor> _seen;

    private Trace(Dictionary<string, Tensor> seen) => _seen = seen;

    /// <summary>Each segment's features, <c>[B, L, D]</c>.</summary>
    public IReadOnlyList<Tensor> Features { get; private init; } = [];

    /// <summary>Each segment's padding mask, <c>[B, L]</c>.</summary>
    public IReadOnlyList<Tensor> Masks { get; private init; } = [];

    public static Trace Run(TransformerCore core, IReadOnlyList<Segment> segments)
    {
        var seen = new Dictionary<string, Tensor>();
        foreach (var (modality, tokens) in segments)
        {
            seen[$"{modality.Name}_adapter.x"] = tokens.Embeddings;
            seen[$"{modality.Name}_adapter.padding_mask"] = tokens.PaddingMask;
            for (var i = 0; i < tokens.Biases.Count; i++) seen[$"{modality.Name}_adapter.bias.{i}"] = tokens.Biases[i];
        }
        var hook = core.Layer(0).Attention.register_forward_hook((_, _, _, output) =>
        {
            seen["layer.0.self_attn"] = output.transpose(0, 1).clone().DetachFromDisposeScope();
            return output;
        });
        var features = core.Encode(segments, PaddingMode.Official,
            (layer, output) => seen[$"layer.{layer}"] = output.transpose(0, 1).clone().DetachFromDisposeScope());
        hook.remove();
        var masks = segments.Select(s => s.Tokens.PaddingMask).ToArray();
        seen["fusion_out"] = cat([.. features], dim: 1).transpose(0, 1);
        seen["fusion_padding_mask"] = cat(masks, dim: 1);
        return new Trace(seen) { Features = features, Masks = masks };
    }

    /// <summary>Compares everything that the reference holds under a prefix; each name there must have been seen here.</summary>
    public double Compare(SafetensorsFile data, string prefix, double tolerance = 1e-5)
    {
        var names = data.Weights.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        return names.Select(name => Difference.Check(name, _seen[name[prefix.Length..]], data.Read(name), tolerance)).DefaultIfEmpty().Max();
    }
}
