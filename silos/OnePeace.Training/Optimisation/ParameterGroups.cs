using OnePeace.Modalities.Layers;
using OnePeace.Training.Parameters;
using OnePeace.Transformer;

namespace OnePeace.Training.Optimisation;

/// <summary>Weights that share a learning rate and a weight decay.</summary>
/// <param name="Scale">What the learning rate is multiplied by.</param>
/// <param name="Decay">The weight decay.</param>
/// <param name="Parameters">Its weights.</param>
public sealed record ParameterGroup(double Scale, double Decay, IReadOnlyList<NamedParameter> Parameters);

/// <summary>How weights are grouped: by whether they decay and, with layer decay, by how deep they lie (one_peace/utils/layer_decay.py).</summary>
public static class ParameterGroups
{
    /// <summary>The groups, in the order in which their first weights come.</summary>
    /// <param name="trained">The weights that train.</param>
    /// <param name="layers">How many layers the core has.</param>
    /// <param name="decay">Of those that decay.</param>
    /// <param name="layerDecay">What a layer's learning rate is of the next one's; 1 for none.</param>
    public static IReadOnlyList<ParameterGroup> Of(IEnumerable<NamedParameter> trained, int layers, double decay, double layerDecay = 1)
    {
        if (layerDecay is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(layerDecay), layerDecay, "The layer decay must be above 0 and at most 1.");
        return
        [
            .. from parameter in trained
               let depth = layerDecay < 1 ? Depth(parameter.Key, layers) : layers + 1
               group parameter by (Depth: depth, Decays: Decays(parameter.Key, parameter.Value.Sizes().Length)) into same
               select new ParameterGroup(Math.Pow(layerDecay, layers + 1 - same.Key.Depth), same.Key.Decays ? decay : 0, [.. same]),
        ];
    }

    /// <summary>Whether a weight decays.</summary>
    /// <param name="key">Its official key.</param>
    /// <param name="dimensions">How many dimensions it has.</param>
    public static bool Decays(string key, int dimensions)
    {
        if (dimensions <= 1 || key.EndsWith(".bias", StringComparison.Ordinal)) return false;
        // A comma that the official list lacks lets these two of the decoder decay, while their like do not.
        if (key == "decoder_wrapper.text_adapter.cls_embedding") return true;
        return Parse(key) switch
        {
            (ModelPart.Modality or ModelPart.DecoderModality, _, "adapter.cls_embedding" or "adapter.embed_positions.weight") => false,
            (ModelPart.Modality, _, "adapter.pos_embed") => false,
            _ => true,
        };
    }

    /// <summary>0 for an encoder's adaptor, 1 for the core's first layer with its experts and tables, <c>layers + 1</c> for all that lies outside.</summary>
    public static int Depth(string key, int layers)
    {
        var local = Parse(key);
        if (local.Part is not (ModelPart.Core or ModelPart.Modality)) return layers + 1;
        if (ModelParameters.Layer(local) is { } layer) return layer + 1;
        return local.Name.StartsWith("adapter.", StringComparison.Ordinal) ? 0 : layers + 1;
    }

    private static LocalName Parse(string key) =>
        OfficialNames.Parse(key) ?? throw new ArgumentException($"'{key}' is no official key of a weight.", nameof(key));
}
