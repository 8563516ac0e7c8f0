using OnePeace.Engine.Devices;

namespace OnePeace.Benchmarks.Loading;

/// <summary>What loading modalities costs, and what it costs others: <c>residency</c>, <c>attach</c>, <c>others</c>, or several of them; <c>--json F</c> writes the figures.</summary>
internal static class LoadingBenchmarks
{
    private static readonly Dictionary<string, Func<BenchmarkReport, Task>> Parts = new()
    {
        ["residency"] = ResidencyBenchmark.RunAsync,
        ["attach"] = AttachBenchmark.RunAsync,
        ["others"] = OthersBenchmark.RunAsync,
    };

    /// <summary>Whether the arguments ask for one of these; others are BenchmarkDotNet's.</summary>
    public static bool Know(string[] arguments) => arguments is [var first, ..] && Parts.ContainsKey(first);

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var names = arguments.TakeWhile(argument => argument != "--json").ToArray();
        if (names.FirstOrDefault(name => !Parts.ContainsKey(name)) is { } unknown || arguments[names.Length..] is not ([] or ["--json", _]))
        {
            Console.Error.WriteLine($"Expected {string.Join(", ", Parts.Keys)}, several of them, and then --json FILE or nothing.");
            return 2;
        }
        TorchRuntime.EnsureLoaded();   // first of all, as the command does: the allocator's settings come too late for arenas that are there
        var report = new BenchmarkReport();
        foreach (var name in names) await Parts[name](report);
        if (names.Length < arguments.Length) report.Write(arguments[^1]);
        return 0;
    }
}
