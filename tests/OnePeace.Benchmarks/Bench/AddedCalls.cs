using System.Diagnostics;
using OnePeace.Benchmarks.Loading;

namespace OnePeace.Benchmarks.Bench;

/// <summary>What a single caller waits longer than for the bare call from encoded bytes.</summary>
internal static class AddedCalls
{
    private const int Fewest = 5;

    /// <summary>Call by call in turn.</summary>
    /// <returns>Milliseconds between the two medians.</returns>
    public static async Task<Samples> MeasureAsync(BenchRun run, string modality, Func<int, Task> ask)
    {
        var values = new List<double>();
        for (var repeat = 0; repeat < run.Options.Repeats; repeat++)
        {
            var (bare, asked) = (new Timings(), new Timings());
            await ask(run.NextNumber());
            for (var start = Stopwatch.GetTimestamp(); bare.Count < Fewest || Stopwatch.GetElapsedTime(start) < run.Options.Window;)
            {
                run.End.ThrowIfCancellationRequested();
                await TimeAsync(bare, async () => await run.Bare().EncodeAsync(modality, await run.PrepareAsync(modality, 1)));
                await TimeAsync(asked, () => ask(run.NextNumber()));
            }
            values.Add(asked.Percentile(50) - bare.Percentile(50));
        }
        return new Samples(values);
    }

    private static async Task TimeAsync(Timings timings, Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        timings.Add(Stopwatch.GetElapsedTime(start));
    }
}
