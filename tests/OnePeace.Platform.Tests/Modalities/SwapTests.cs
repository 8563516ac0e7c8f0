using System.Globalization;
using System.Net;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>A package attached, used, upgraded and detached again and again while others are served: nobody else notices, and nothing is left behind.</summary>
public sealed class SwapTests(ITestOutputHelper output) : IDisposable
{
    private const long MostGrowthBytes = 5 << 20;

    /// <summary>A subscription to an event of the process keeps the plugin's assembly for ever.</summary>
    private const string Leak = """
        internal static class Leak
        {
            [System.Runtime.CompilerServices.ModuleInitializer]
            internal static void Hold() => System.AppDomain.CurrentDomain.ProcessExit += static (_, _) => { };
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_hundred_swaps_under_load_fail_no_request_and_leave_nothing_behind() =>
        Assert.Empty(await SwapAsync(await AuthorProject.CreateAsync(_folder["motion"]), swaps: 100));

    [Fact]
    public async Task A_plugin_that_leaks_is_found_out_by_the_same_test() =>
        Assert.Contains(await SwapAsync((await AuthorProject.CreateAsync(_folder["leaking"])).With(Leak), swaps: 4), problem => problem.Contains("leaked"));

    /// <returns>Everything that went wrong.</returns>
    private async Task<IReadOnlyList<string>> SwapAsync(AuthorProject project, int swaps)
    {
        string[] packages = [await project.PackAsync("1.0.0", seed: 1), await project.PackAsync("1.0.1", seed: 2)];
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        using var http = platform.Client(platform.Key);
        var problems = new List<string>();
        float[][] expected = [await AttachAsync(http, packages[0], project), await AttachAsync(http, packages[1], project)];
        await http.RemoveAsync(AuthorProject.Name);
        await (await SteadyLoad.StartAsync(http)).DisposeAsync();   // weights are laid out when they are first used
        var tensors = await LeastTensorsAsync(http);
        var memory = new List<long>();
        await using (var load = await SteadyLoad.StartAsync(http))
        {
            var last = swaps;
            for (var swap = 1; swap <= last; swap++)
            {
                for (var version = 0; version < 2; version++)
                {
                    var vector = await AttachAsync(http, packages[version], project);
                    if (!vector.AsSpan().SequenceEqual(expected[version])) problems.Add($"swap {swap}: version {version} answers otherwise than before");
                }
                await http.RemoveAsync(AuthorProject.Name);
                memory.Add(ResidentBytes(platform.ProcessId));
                // An allocator's step stays behind when the swaps go on; a leak goes on growing.
                if (swap == last && last < 2 * swaps && Growth(memory, swaps) > MostGrowthBytes) last += swaps / 2;
            }
            problems.AddRange(load.Faults);
            if (load.Faults.Count > 0) output.WriteLine($"{string.Join('\n', load.Faults)}\n{string.Join('\n', platform.Log.Split('\n').Where(line => !line.Contains(" info: ")))}");
            output.WriteLine($"{load.Answered} other requests answered during {memory.Count} swaps; growth of memory over the last {swaps / 2} {Growth(memory, swaps) >> 10} KB: {string.Join(' ', memory.Select(bytes => bytes >> 20))} MB");
            if (load.Answered < swaps) problems.Add($"only {load.Answered} other requests were answered");
        }
        var left = await http.MetricAsync("onepeace_engine_versions");
        var leaked = await http.MetricAsync("onepeace_engine_versions", "leaked");
        if (leaked > 0) problems.Add($"{leaked} versions leaked");
        if (left > 0) problems.Add($"{left} versions are still in memory");
        if (await LeastTensorsAsync(http) is var live && live != tensors) problems.Add($"{live} tensors are alive, {tensors} were before");
        if (Growth(memory, swaps) > MostGrowthBytes) problems.Add($"the memory grew by {Growth(memory, swaps) >> 10} KB over the last {swaps / 2} of {memory.Count} swaps");
        return problems;
    }

    private static async Task<float[]> AttachAsync(HttpClient http, string package, AuthorProject project)
    {
        var (status, body) = await http.AddAsync(package);
        Assert.True(status == HttpStatusCode.Created, $"{(int)status} {body}");
        return await http.EmbedAsync(AuthorProject.Name, project.Sample);
    }

    /// <summary>
    /// How much the floor rose over the last half of <paramref name="swaps"/>: what is under way at one moment, and garbage, lie above it; what is
    /// never given back lifts it.
    /// </summary>
    private static long Growth(List<long> memory, int swaps)
    {
        var quarter = Math.Max(1, swaps / 4);
        return memory[^quarter..].Min() - memory.GetRange(memory.Count - (2 * quarter) - quarter, quarter).Min();
    }

    /// <summary>Live tensors of the server when it rests.</summary>
    private static async Task<double> LeastTensorsAsync(HttpClient http)
    {
        var least = double.MaxValue;
        for (var i = 0; i < 5; i++) least = Math.Min(least, await http.MetricAsync("onepeace_engine_tensors"));
        return least;
    }

    private static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
