using System.Text.Json;
using System.Text.Json.Serialization;
using OnePeace.Training.Steps;

namespace OnePeace.Training.Runs;

/// <summary>One line of a stage's history: a step, or a validation after it.</summary>
public sealed record HistoryLine
{
    internal const string OfStep = "step", OfValidation = "validation";

    public required string Kind { get; init; }

    public required long Step { get; init; }

    public required double Loss { get; init; }

    /// <summary>From 0 to 1.</summary>
    public required double Accuracy { get; init; }

    public double? LearningRate { get; init; }

    public double? GradientNorm { get; init; }

    public double? LogitScale { get; init; }

    /// <summary>What the loss is made of.</summary>
    public IReadOnlyDictionary<string, double>? Terms { get; init; }

    internal static HistoryLine Of(StepResult result) => new()
    {
        Kind = OfStep,
        Step = result.Step,
        Loss = result.Loss,
        Accuracy = result.Accuracy,
        LearningRate = result.LearningRate,
        GradientNorm = result.GradientNorm,
        LogitScale = result.LogitScale,
        Terms = result.Terms,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HistoryLine))]
[JsonSerializable(typeof(Data.BadPair))]
internal sealed partial class HistoryJson : JsonSerializerContext;
