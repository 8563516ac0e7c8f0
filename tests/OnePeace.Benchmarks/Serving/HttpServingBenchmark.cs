using OnePeace.Benchmarks.Loading;
using OnePeace.Client;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Benchmarks.Serving;

/// <summary>How long requests take over HTTP, as they come, while the whole platform opens, trains and publishes a run, against the seconds before: <c>serving-http DATA MODEL</c>.</summary>
internal static class HttpServingBenchmark
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    public static bool Know(string[] arguments) => arguments is ["serving-http", ..];

    /// <returns>The exit code: 1 where a request failed.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (HttpServingOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync($"Expected {HttpServingOptions.Usage}.");
            return 2;
        }
        using var interruption = new Interruption(options.Patience);
        try
        {
            return await RunAsync(options, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Ended before it was done: interrupted, or not done within {options.Patience}.");
            return 1;
        }
    }

    private static async Task<int> RunAsync(HttpServingOptions options, CancellationToken end)
    {
        var inputs = new SceneInputs(options.Data);
        using var folder = new TemporaryFolder();
        var model = await WithoutJoiningAsync(options.Model, folder["model"]);
        await using var platform = await RunningPlatform.StartAsync(folder["data"], null, "--model", model, "--training-data", Path.GetFullPath(options.Data));
        try
        {
            using var client = new OnePeaceClient(platform.Url, platform.Key);
            var width = (await client.ModelsAsync(end))[0].Dimensions;
            var load = OpenLoad.Start(new ExpectedAnswers(width), new RequestStream("text", options.Texts, Asking(client, inputs.Text)), new RequestStream("image", options.Images, Asking(client, inputs.Image)));
            List<RunTimes> runs;
            await using (load) runs = await MeasureAsync(options, new JoiningRun(client, options.Steps), load.Windows, end);
            return Report(options, load, runs);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(platform.Log);
            throw;
        }
    }

    private static Func<int, CancellationToken, Task<IReadOnlyList<float[]>>> Asking(OnePeaceClient client, Func<int, EmbeddingInput> input) =>
        async (number, end) => (await client.EmbedAsync([input(number)], cancellation: end)).Vectors;

    /// <summary>The model, or a copy that lacks what is to join.</summary>
    private static async Task<string> WithoutJoiningAsync(string model, string copy)
    {
        var parts = Path.Combine(model, "modalities");
        string[] names = Directory.Exists(parts) ? [.. new DirectoryInfo(parts).EnumerateDirectories().Select(part => part.Name)] : [];
        if (!names.Contains(JoiningRun.Joining)) return model;
        var converted = await CommandRun.OfAsync("convert", model, copy, "--modalities", string.Join(',', names.Where(name => name != JoiningRun.Joining)));
        return converted.ExitCode == 0 ? copy : throw new InvalidOperationException($"The model could not be copied without '{JoiningRun.Joining}': {converted.Error}");
    }

    private static async Task<List<RunTimes>> MeasureAsync(HttpServingOptions options, JoiningRun joining, MeasuredWindows windows, CancellationToken end)
    {
        var runs = new List<RunTimes>();
        while (runs.Count < options.Runs)
        {
            await Task.Delay(Settling, end);
            windows.Begin(busy: false);
            await Task.Delay(TimeSpan.FromSeconds(options.Quiet), end);
            windows.End();
            windows.Begin(busy: true);
            var run = await joining.TrainAsync(end);
            windows.End();
            await joining.UndoAsync(run, end);
            runs.Add(run);
            await Console.Error.WriteLineAsync(FormattableString.Invariant($"run {runs.Count} of {options.Runs}: published after {run.Seconds:0} s"));
        }
        return runs;
    }

    private static int Report(HttpServingOptions options, OpenLoad load, List<RunTimes> runs)
    {
        var report = new BenchmarkReport();
        ServingTable.Add(report, "serving_http", FormattableString.Invariant($"Over HTTP, {options.Texts} texts and {options.Images} pictures a second, beside {runs.Count} runs of {options.Steps} steps"), load.Windows);
        report.Add("runs", "The runs", ["run", "steps/s", "from order to published, s", "until the first step is told, s", "after the last, s"],
            runs.Select((run, i) => new object[] { i + 1, run.StepsPerSecond, run.Seconds, run.Opening, run.Publishing }));
        report.Add("late", "How late requests were sent, which their times include", ["p50 ms", "p99 ms"], [[load.Late.Percentile(50), load.Late.Percentile(99)]]);
        return load.Windows.Modalities.Sum(load.Windows.Failures) == 0 ? 0 : 1;
    }
}
