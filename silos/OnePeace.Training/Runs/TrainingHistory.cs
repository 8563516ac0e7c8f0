using System.Text.Json;

namespace OnePeace.Training.Runs;

/// <summary>What a training run wrote down as it went.</summary>
/// <param name="Steps">Lines of training steps, in order.</param>
/// <param name="Validations">Lines of validations, in order.</param>
public sealed record TrainingHistory(IReadOnlyList<HistoryLine> Steps, IReadOnlyList<HistoryLine> Validations)
{
    /// <summary>Reads <c>history.jsonl</c>. A last line that was cut off, as a run that is ended leaves it, is passed over; of a step that a resumed run took again the later line counts.</summary>
    /// <exception cref="InvalidDataException">A line is not in its form.</exception>
    public static TrainingHistory Read(string path)
    {
        var found = new Dictionary<(string Kind, long Step), HistoryLine>();
        foreach (var line in ReadLines(path)) found[(line.Kind, line.Step)] = line;
        return new TrainingHistory(Of(HistoryLine.OfStep), Of(HistoryLine.OfValidation));

        HistoryLine[] Of(string kind) => [.. found.Values.Where(line => line.Kind == kind).OrderBy(line => line.Step)];
    }

    /// <summary>The lines as they stand in the file, but for a last one that was cut off.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    internal static IEnumerable<HistoryLine> ReadLines(string path)
    {
        var lines = File.ReadAllLines(path);
        for (var number = 1; number <= lines.Length; number++)
        {
            if (string.IsNullOrWhiteSpace(lines[number - 1])) continue;
            HistoryLine line;
            try
            {
                line = JsonSerializer.Deserialize(lines[number - 1], HistoryJson.Default.HistoryLine) ?? throw new JsonException("null");
            }
            catch (JsonException) when (number == lines.Length)
            {
                yield break;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}, line {number}: expected an object such as {{\"kind\": \"step\", \"step\": 1, \"loss\": 2.5, \"accuracy\": 0.5}}, but: {e.Message}", e);
            }
            yield return line;
        }
    }
}
