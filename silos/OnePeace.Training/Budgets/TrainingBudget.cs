using System.Globalization;

namespace OnePeace.Training.Budgets;

/// <summary>The most that one run may cost which somebody else orders; 0 is no limit.</summary>
public sealed record TrainingBudget
{
    public const string StepsOption = "--training-steps", BatchOption = "--training-batch", ParametersOption = "--training-parameters";

    /// <summary>Optimiser steps of all stages together.</summary>
    public long Steps { get; init; } = 1_000_000;

    /// <summary>Pairs of one optimiser step: <c>batch_size</c> times <c>accumulate</c>.</summary>
    public long EffectiveBatch { get; init; } = 16_384;

    /// <summary>Each keeps a whole model on the disk.</summary>
    public int Stages { get; init; } = 16;

    /// <summary>Weights that a run makes: a core of its own, modalities that join, a decoder. The default lets a modality join the published model, but makes no such model anew.</summary>
    public long Parameters { get; init; } = 2_000_000_000;

    /// <summary>Reads what an operator writes; null for the default.</summary>
    /// <exception cref="FormatException">One of them is no number; the message names its option.</exception>
    public static TrainingBudget Parse(string? steps, string? batch, string? parameters)
    {
        var usual = new TrainingBudget();
        return usual with
        {
            Steps = Number(StepsOption, steps) ?? usual.Steps,
            EffectiveBatch = Number(BatchOption, batch) ?? usual.EffectiveBatch,
            Parameters = Number(ParametersOption, parameters) ?? usual.Parameters,
        };
    }

    private static long? Number(string option, string? text)
    {
        if (text is null) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{option}: expected a whole number, or 0 for no limit, but got '{text}'.");
    }
}
