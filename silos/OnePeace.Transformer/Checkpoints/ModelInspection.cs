using System.Globalization;
using System.Text;
using System.Text.Json;
using OnePeace.Modalities;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>One part of a stored model.</summary>
/// <param name="Name">Its name, as in the file's names.</param>
/// <param name="Tensors">How many weights it has.</param>
/// <param name="Parameters">How many values they have.</param>
/// <param name="Bytes">What they take.</param>
/// <param name="Dtypes">Their element types.</param>
public sealed record PartInspection(string Name, int Tensors, long Parameters, long Bytes, IReadOnlyList<string> Dtypes);

/// <summary>Why weights stay behind, and which.</summary>
public sealed record SkippedInspection(string Reason, IReadOnlyList<string> Weights);

/// <summary>What a stored model is, told from its files' headers: no weight is read, no module built.</summary>
public sealed record ModelInspection
{
    public required string Name { get; init; }

    public required CoreShape Shape { get; init; }

    public required PartInspection Core { get; init; }

    public required IReadOnlyList<PartInspection> Modalities { get; init; }

    public required long Parameters { get; init; }

    public double? LogitScale { get; init; }

    public string? Notice { get; init; }

    public required IReadOnlyList<SkippedInspection> Skipped { get; init; }

    public static ModelInspection Of(ModelSource source)
    {
        var core = Part("core", source.Core);
        PartInspection[] modalities = [.. source.Choose(null).Select(m => Part(m.Name, m.Weights))];
        return new ModelInspection
        {
            Name = source.Name,
            Shape = source.Shape,
            Core = core,
            Modalities = modalities,
            Parameters = core.Parameters + modalities.Sum(m => m.Parameters),
            LogitScale = source.LogitScale,
            Notice = source.Notice,
            Skipped = [.. source.Skipped.GroupBy(s => s.Reason).Select(g => new SkippedInspection(g.Key, [.. g.Select(s => s.Name)]))],
        };
    }

    /// <summary>For scripts.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Indented.ModelInspection);

    /// <summary>For people, one fact a line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        void Line(string name, FormattableString value) => text.Append(name.PadRight(14)).AppendLine(value.ToString(CultureInfo.InvariantCulture));
        Line("model", $"{Name}");
        Line("core", $"width {Shape.Width}, {Shape.Heads} heads, {Shape.Layers} layers, expert width {Shape.ExpertWidth}");
        Line("parameters", $"{Parameters:N0}");
        foreach (var part in Modalities.Prepend(Core)) Line("", $"{part.Name}: {part.Parameters:N0} in {part.Tensors} tensors, {string.Join("/", part.Dtypes)}");
        if (LogitScale is { } scale) Line("logit scale", $"{scale:0.####}");
        foreach (var (reason, weights) in Skipped) Line("skipped", $"{weights.Count} tensors: {reason}");
        if (Notice is not null) Line("notice", $"{Notice}");
        return text.ToString();
    }

    private static PartInspection Part(string name, IWeightSource source)
    {
        var weights = source.Weights.Values;
        return new PartInspection(name, source.Weights.Count, weights.Sum(w => TensorSize.Count(w.Shape)), weights.Sum(w => TensorSize.Bytes(w.Shape, w.Type)),
            [.. weights.Select(w => DataTypes.Name(w.Type)).Distinct().Order(StringComparer.Ordinal)]);
    }
}
