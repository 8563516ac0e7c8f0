using System.Text.Encodings.Web;
using System.Text.Json;

namespace OnePeace.Scenes.Datasets;

/// <summary>A data set's description and its manifests as JSON.</summary>
internal static class DatasetJson
{
    public const string DescriptionFile = "dataset.json";

    private static readonly JsonWriterOptions _line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions _page = _line with { Indented = true, NewLine = "\n" };

    /// <summary>One object a line.</summary>
    public static void Write(Stream stream, Manifest manifest)
    {
        foreach (var line in manifest.Lines)
        {
            using (var json = new Utf8JsonWriter(stream, _line)) Write(json, line, manifest.HasCaptionOfEach);
            stream.WriteByte((byte)'\n');
        }
    }

    /// <summary>What the data set is.</summary>
    public static void Write(Stream stream, DatasetPlan plan)
    {
        using (var json = new Utf8JsonWriter(stream, _page)) JsonSerializer.Serialize(json, new
        {
            seed = plan.Options.Seed,
            size = plan.Options.Size,
            variant = plan.Options.Variant.Name,
            factors = Factor.Shared.Select(factor => new { name = factor.Name, values = Names(factor) }),
            private_factors = SceneMedia.All.Where(medium => plan.Options.Variant.HasPrivateFactors && medium.PrivateFactor is not null)
                .Select(medium => new { name = medium.PrivateFactor!.Name, modality = medium.Modality, values = Names(medium.PrivateFactor) }),
            concepts = SceneFactors.All.Count,
            held_out = plan.HeldOut.Select(concept => concept.Group),
            files = plan.Manifests.Select(manifest => new { name = manifest.Name + Manifest.Extension, lines = manifest.Lines.Count, modalities = manifest.Modalities }),
        });
        stream.WriteByte((byte)'\n');
    }

    private static IEnumerable<string> Names(Factor factor) => factor.Values.Select(value => value.Name);

    private static void Write(Utf8JsonWriter json, ManifestLine line, bool hasCaptionOfEach)
    {
        json.WriteStartObject();
        json.WriteString("id", line.Id);
        json.WriteString("group", line.Items[0].Factors.Group);
        if (line.Caption is { } caption) json.WriteString(Manifest.CaptionKey, caption);
        foreach (var item in line.Items) json.WriteString(item.Medium.Modality, item.Path);
        json.WriteStartObject("attributes");
        foreach (var (factor, value) in line.Items.SelectMany(item => item.Attributes).Distinct()) json.WriteString(factor, value);
        json.WriteEndObject();
        if (hasCaptionOfEach)
        {
            json.WriteStartObject("captions");
            foreach (var item in line.Items) json.WriteString(item.Medium.Modality, item.Caption);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
