using System.Diagnostics.CodeAnalysis;

namespace OnePeace.Modalities.Testing;

/// <summary>What a check demands.</summary>
internal static class Expect
{
    /// <param name="holds">Whether it is so.</param>
    /// <param name="complaint">What was expected, what came, what to do.</param>
    /// <exception cref="ConformanceException">It does not hold.</exception>
    public static void That([DoesNotReturnIf(false)] bool holds, string complaint)
    {
        if (!holds) throw new ConformanceException(complaint);
    }
}
