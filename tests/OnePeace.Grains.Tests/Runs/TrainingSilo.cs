using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Runs;
using OnePeace.Engine;
using OnePeace.Grains.Runs;
using OnePeace.Grains.Tests.Modalities;
using OnePeace.Silo;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>A silo that trains with a scripted trainer; its folder is as that of a process that died once it is stopped.</summary>
internal sealed class TrainingSilo : IAsyncDisposable
{
    public const string Recipe = """{ "name": "r", "seed": 7, "stages": [{ "name": "smell", "pivot": "text", "other": "smell", "steps": 10 }] }""";

    private readonly IHost _host;

    private TrainingSilo(IHost host, ScriptedTrainer trainer, Clock clock) => (_host, Trainer, Clock) = (host, trainer, clock);

    public ScriptedTrainer Trainer { get; }

    public Clock Clock { get; }

    public IRunCatalogueGrain Catalogue => Grains.GetRunCatalogue(RunningSilo.Core);

    private IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <param name="trainer">Null for a silo whose worker never comes: the test is the worker.</param>
    /// <param name="hasData">Whether it has a folder of training data.</param>
    public static async Task<TrainingSilo> StartAsync(string folder, ScriptedTrainer? trainer, bool hasData = true)
    {
        var clock = new Clock();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IRunTrainer>(trainer ?? new ScriptedTrainer());
        Directory.CreateDirectory(Path.Combine(folder, "pairs", "inside"));
        foreach (var manifest in new[] { "manifest.jsonl", "inside/manifest.jsonl" }) File.WriteAllText(Path.Combine(folder, "pairs", manifest), "{}\n");
        builder.AddOnePeaceSilo(new SiloOptions
        {
            DataDirectory = folder,
            TrainingData = hasData ? Path.Combine(folder, "pairs") : null,
            LoadEngine = (_, _) => trainer is null ? new TaskCompletionSource<IEncodingEngine>().Task : Task.FromResult<IEncodingEngine>(new ScriptedHost()),
        });
        var host = builder.Build();
        await host.StartAsync();
        return new TrainingSilo(host, trainer ?? new ScriptedTrainer(), clock);
    }

    public ITrainingRunGrain Run(string id) => Grains.GetTrainingRun(RunningSilo.Core, id);

    public IRunFilesGrain Files(string worker) => Grains.GetRunFiles(RunningSilo.Core, worker);

    public Task<RunReply> SubmitAsync(string id, string data = "inside") => Run(id).SubmitAsync(new RunOrder(Recipe, data));

    public async Task<RunState?> StateAsync(string id) => (await Run(id).DescribeAsync()).Run?.State;

    public Task UntilAsync(string id, RunState state) => RunningSilo.Eventually(async () => await StateAsync(id) == state);

    public async ValueTask DisposeAsync()
    {
        using var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _host.StopAsync(impatience.Token);
        _host.Dispose();
    }
}
