using System.Text.Json;
using System.Text.Json.Serialization;
using OnePeace.Training.Steps;

namespace OnePeace.Training.Runs;

/// <summary>One line of a stage's history: a step, or a validation after it.</summary>
public sealed record HistoryLine
{
    public required string Kind { get; init; }

    public required long Step { get; init; }

    public required double Loss { get; init; }

    public required double Accuracy { get; init; }

    public double? LearningRate { get; init; }

    public double? GradientNorm { get; init; }

    public double? LogitScale { get; init; }

    public IReadOnlyDictionary<string, double>? Terms { get; init; }

    internal static HistoryLine Of(StepResult result) => new()
    {
        Kind = "step",
        Step = result.Step,
        Loss = result.Loss,
        Accuracy = result.Accuracy,
        LearningRate = result.LearningRate,
        GradientNorm = result.GradientNorm,
        LogitScale = result.LogitScale,
        Terms = result.Terms,
    };
}

/// <summary>What a stage did, as JSON lines beside its checkpoints. Lines after a checkpoint are forgotten on resuming: they will come again, with the same numbers.</summary>
internal sealed class TrainingHistory(string path)
{
    private readonly List<HistoryLine> _waiting = [];

    public void Add(HistoryLine line) => _waiting.Add(line);

    /// <summary>Appends what came since the last time, on disk when it returns.</summary>
    public void Flush()
    {
        if (_waiting.Count == 0) return;
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        foreach (var line in _waiting)
        {
            JsonSerializer.Serialize(stream, line, HistoryJson.Default.HistoryLine);
            stream.WriteByte((byte)'\n');
        }
        stream.Flush(flushToDisk: true);
        _waiting.Clear();
    }

    /// <summary>Forgets lines after a step, and one that was torn.</summary>
    public void Rewind(long step)
    {
        if (!File.Exists(path)) return;
        var kept = Read(path).Where(line => line.Step <= step).ToList();
        OnePeace.Files.DurableFile.Write(path, stream =>
        {
            foreach (var line in kept)
            {
                JsonSerializer.Serialize(stream, line, HistoryJson.Default.HistoryLine);
                stream.WriteByte((byte)'\n');
            }
        });
    }

    /// <summary>The lines of a history; one that was torn by a crash is left out.</summary>
    public static IEnumerable<HistoryLine> Read(string path)
    {
        foreach (var text in File.ReadLines(path))
        {
            HistoryLine? line;
            try
            {
                line = JsonSerializer.Deserialize(text, HistoryJson.Default.HistoryLine);
            }
            catch (JsonException)
            {
                continue;
            }
            if (line is not null) yield return line;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HistoryLine))]
internal sealed partial class HistoryJson : JsonSerializerContext;
