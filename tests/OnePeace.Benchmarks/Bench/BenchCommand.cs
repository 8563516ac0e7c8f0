using OnePeace.Benchmarks.Bench.Sections;
using OnePeace.Engine.Devices;

namespace OnePeace.Benchmarks.Bench;

/// <summary><c>onepeace bench</c>: the same work through the bare model, the engine and HTTP, in one run.</summary>
internal static class BenchCommand
{
    private static readonly Dictionary<string, Func<BenchRun, Task>> Sections = new()
    {
        ["bare"] = BareSection.RunAsync,
        ["gemm"] = GemmSection.RunAsync,
        ["engine"] = EngineSection.RunAsync,
        ["http"] = HttpSection.RunAsync,
        ["open"] = OpenSection.RunAsync,
        ["neighbour"] = NeighbourSection.RunAsync,
        ["mixed"] = MixedSection.RunAsync,
        ["alone"] = AloneSection.RunAsync,
        ["onnx"] = OnnxSection.RunAsync,
    };

    public static bool Know(string[] arguments) => arguments is ["bench", ..];

    /// <returns>The exit code: 1 where a request failed or a ratio fell, 2 where the arguments cannot be understood.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Contains("--help"))
        {
            Console.WriteLine(BenchOptions.Usage);
            return 0;
        }
        using var interruption = new Interruption();
        try
        {
            return await RunAsync(BenchOptions.Parse(arguments[1..]), interruption.Token);
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message} See ./onepeace bench --help.");
            return 2;
        }
        catch (Exception) when (interruption.Token.IsCancellationRequested)   // the server was interrupted too: what it leaves unanswered is no failure
        {
            await Console.Error.WriteLineAsync("Ended before it was done.");
            return 1;
        }
    }

    private static async Task<int> RunAsync(BenchOptions options, CancellationToken end)
    {
        if (Unwritable(options) is { } wrong) throw new FormatException(wrong);
        if (options.Onnx.Values.Append(options.Model).FirstOrDefault(path => path is not null && !Path.Exists(path)) is { } missing) throw new FormatException($"There is nothing at {missing}.");
        TorchRuntime.EnsureLoaded();   // first of all, as the command does: the allocator's settings come too late for arenas that are there
        await using var run = new BenchRun(options, end);
        if (options.Check) return await RegressionCheck.RunAsync(run) ? 0 : 1;
        run.Report.Table("machine", "Where and with what", MachineFacts.Columns, MachineFacts.Of(run));
        try
        {
            foreach (var (name, section) in Sections.Where(section => options.Only.Contains(section.Key))) await RunAsync(run, name, section);
        }
        finally
        {
            run.Report.End(options, MachineFacts.Brief(run));   // what was measured before an interruption too
        }
        return run.Failures == 0 ? 0 : 1;
    }

    /// <summary>A section that fails is told, and the others go on.</summary>
    private static async Task RunAsync(BenchRun run, string name, Func<BenchRun, Task> section)
    {
        try
        {
            await Console.Error.WriteLineAsync($"measuring: {name}");
            await section(run);
        }
        catch (Exception e) when (!run.End.IsCancellationRequested)
        {
            run.Failed(1);
            run.Report.Failed(name, e.Message);
            await Console.Error.WriteLineAsync($"{name} failed: {e}");
        }
    }

    /// <summary>What is wrong with where results are to go, before hours are spent on them; or null.</summary>
    private static string? Unwritable(BenchOptions options)
    {
        if (options.Kept is { } kept && Path.Exists(kept)) return $"--save-model needs a folder that does not exist, but there is something at {kept}.";
        foreach (var file in new[] { options.Json, options.Chart }.OfType<string>())
        {
            if (Directory.Exists(file)) return $"{file} is a folder, not a file to write.";
            if (!Directory.Exists(Path.GetDirectoryName(file))) return $"There is no folder {Path.GetDirectoryName(file)} to write {Path.GetFileName(file)} into.";
        }
        return null;
    }
}
