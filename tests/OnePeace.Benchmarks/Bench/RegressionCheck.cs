using System.Globalization;
using OnePeace.Benchmarks.Bench.Sections;
using OnePeace.Modalities.Layers.Packing;

namespace OnePeace.Benchmarks.Bench;

/// <summary>A few ratios with room for a noisy machine: whether something has become much slower than it was, not how fast it is.</summary>
internal static class RegressionCheck
{
    private const int Tries = 3;

    /// <returns>Whether all hold.</returns>
    public static async Task<bool> RunAsync(BenchRun run)
    {
        var held = true;
        foreach (var (name, bar, measure) in Ratios(run)) held &= await HoldsAsync(name, bar, measure, run.End);
        return held;
    }

    private static IEnumerable<(string Name, Bar Bar, Func<Task<double>> Measure)> Ratios(BenchRun run)
    {
        foreach (var modality in run.Modalities)
        {
            yield return ($"{modality}: engine over the bare loop", Bar.AtLeast(0.6), () => EngineSection.ShareAsync(run, modality));
            yield return ($"{modality}: HTTP over the bare loop from bytes", Bar.AtLeast(0.4), () => HttpSection.ShareAsync(run, modality));
            yield return ($"{modality}: vector of a batch against alone, least cosine", Bar.AtLeast(0.999), () => AloneSection.BatchedAsync(run, modality));
            foreach (var type in run.DataTypes.Skip(1).Concat(Quantisation.Refusal is null ? ["int8"] : []))
                yield return ($"{modality}: {type} against {run.DataTypes[0]}, least cosine", Bar.AtLeast(0.99), () => AloneSection.AcrossTypesAsync(run, modality, type));
        }
        if (run.Modalities.Contains("text")) yield return ("mixed lengths of text: padding, % of all tokens", Bar.AtMost(10), () => EngineSection.WastedAsync(run));
    }

    /// <summary>What falls is measured again: other work may have come between.</summary>
    private static async Task<bool> HoldsAsync(string name, Bar bar, Func<Task<double>> measure, CancellationToken end)
    {
        for (var attempt = 1; ; attempt++)
        {
            end.ThrowIfCancellationRequested();
            var value = await measure();
            var held = bar.Allows(value);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(held ? "holds" : attempt < Tries ? "again" : "FALLS")}  {name}: {value:0.#####} ({bar})"));
            if (held || attempt == Tries) return held;
        }
    }
}
