using System.Globalization;
using System.Text.RegularExpressions;
using OnePeace.Transformer;
using OnePeace.Transformer.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Parameters;

/// <summary>The weights of a model's parts by official key.</summary>
public static partial class ModelParameters
{
    /// <summary>All of them, in the order of the official code: it decides which optimiser group comes first.</summary>
    public static IReadOnlyList<NamedParameter> Of(
        TransformerCore core, IReadOnlyList<ModalityModule> modalities, LogitScale? logitScale = null, DenoisingDecoder? decoder = null)
    {
        var parts = new List<(nn.Module Module, ModelPart Part, string? Modality)> { (core, ModelPart.Core, null) };
        parts.AddRange(modalities.Select(m => ((nn.Module)m, ModelPart.Modality, (string?)m.Name)));
        if (logitScale is not null) parts.Add((logitScale, ModelPart.LogitScale, null));
        if (decoder is not null)
        {
            parts.Add((decoder.Core, ModelPart.DecoderCore, null));
            parts.AddRange(decoder.Branches.Values.Select(b => ((nn.Module)b.Modality, ModelPart.DecoderModality, (string?)b.Modality.Name)));
            parts.AddRange(decoder.Branches.Values.Select(b => ((nn.Module)b.Part, ModelPart.Denoising, (string?)b.Modality.Name)));
        }
        return
        [
            .. from part in parts
               from parameter in part.Module.named_parameters()
               let local = new LocalName(part.Part, part.Modality, parameter.name)
               orderby Place(local), Layer(local) ?? 0
               select new NamedParameter(OfficialNames.Format(local), parameter.parameter),
        ];
    }

    /// <summary>The layer that a weight belongs to, from 0, or null: of the core, of an expert, of a table of relative positions.</summary>
    public static int? Layer(LocalName local) =>
        Layered().Match(local.Name) is { Success: true } match ? int.Parse(match.Groups["layer"].Value, CultureInfo.InvariantCulture) : null;

    private static int Place(LocalName local) => local switch
    {
        (ModelPart.LogitScale, _, _) => 0,
        (ModelPart.Denoising, _, "mask_token") => 1,
        (ModelPart.Modality, _, var name) when name.StartsWith("projection.", StringComparison.Ordinal) => 8,
        (ModelPart.Modality or ModelPart.Core, _, var name) => 2 + Within(name),
        (ModelPart.DecoderModality or ModelPart.DecoderCore, _, var name) => 5 + Within(name),
        _ => 9,
    };

    /// <summary>Adaptors, then layers, then norms.</summary>
    private static int Within(string name) =>
        name.StartsWith("adapter.", StringComparison.Ordinal) ? 0 : name.StartsWith("norm.", StringComparison.Ordinal) ? 2 : 1;

    [GeneratedRegex(@"^(?:layers|experts|adapter\.rel_pos_table\w*)\.(?<layer>\d+)\.")]
    private static partial Regex Layered();
}
