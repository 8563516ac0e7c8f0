using System.Text.Json;

namespace OnePeace.Training.Reports;

/// <summary>One line of a run's history. What a line does not have is null.</summary>
public sealed record HistoryLine
{
    public required string Kind { get; init; }

    public required long Step { get; init; }

    public double? Loss { get; init; }

    /// <summary>From 0 to 1.</summary>
    public double? Accuracy { get; init; }

    public double? LearningRate { get; init; }

    public double? GradientNorm { get; init; }

    public double? LogitScale { get; init; }

    /// <summary>What the loss is made of.</summary>
    public IReadOnlyDictionary<string, double?> Terms { get; init; } = new Dictionary<string, double?>();
}

/// <summary>What a training run wrote down as it went.</summary>
/// <param name="Steps">Lines of training steps, in order.</param>
/// <param name="Validations">Lines of validations, in order.</param>
public sealed record TrainingHistory(IReadOnlyList<HistoryLine> Steps, IReadOnlyList<HistoryLine> Validations)
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Reads <c>history.jsonl</c>. A last line that was cut off, as a run that is ended leaves it, is passed over; of a step that a resumed run took again the later line counts.</summary>
    /// <exception cref="InvalidDataException">A line is not in its form.</exception>
    public static TrainingHistory Read(string path)
    {
        string[] lines = [.. File.ReadAllLines(path)];
        var found = new Dictionary<(string Kind, long Step), HistoryLine>();
        for (var number = 1; number <= lines.Length; number++)
        {
            if (string.IsNullOrWhiteSpace(lines[number - 1])) continue;
            try
            {
                var line = JsonSerializer.Deserialize<HistoryLine>(lines[number - 1], _options) ?? throw new JsonException("null");
                found[(line.Kind, line.Step)] = line;
            }
            catch (JsonException) when (number == lines.Length)
            {
                break;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}, line {number}: expected an object such as {{\"kind\": \"step\", \"step\": 1, \"loss\": 2.5}}, but: {e.Message}", e);
            }
        }
        return new TrainingHistory(Of("step"), Of("validation"));

        HistoryLine[] Of(string kind) => [.. found.Values.Where(line => line.Kind == kind).OrderBy(line => line.Step)];
    }
}
