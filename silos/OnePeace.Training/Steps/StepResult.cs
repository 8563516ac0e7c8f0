namespace OnePeace.Training.Steps;

/// <summary>What one optimiser step did.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="Loss">The whole loss, the mean over accumulated batches.</param>
/// <param name="Terms">Its parts by name, not weighted.</param>
public sealed record StepResult(long Step, double Loss, IReadOnlyDictionary<string, double> Terms)
{
    /// <summary>Share of items whose partner is the nearest, in both directions together, 0 to 1.</summary>
    public double Accuracy { get; init; }

    public double LearningRate { get; init; }

    /// <summary>Of all gradients together, before clipping.</summary>
    public double GradientNorm { get; init; }

    /// <summary>What similarities are multiplied by.</summary>
    public double LogitScale { get; init; }

    /// <summary>Pairs that it saw.</summary>
    public int Pairs { get; init; }
}

/// <summary>The loss or a gradient is not finite any more: weights were left as they were before the step.</summary>
public sealed class DivergedException(long step, string what)
    : Exception($"Training diverged in step {step:N0}: {what} is not finite. The last checkpoint is kept: lower the learning rate, warm up longer, or clip gradients.")
{
    public long Step { get; } = step;
}
