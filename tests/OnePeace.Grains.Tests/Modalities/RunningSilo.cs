using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OnePeace.Contracts.Modalities;
using OnePeace.Engine;
using OnePeace.Files;
using OnePeace.Grains.Modalities;
using OnePeace.Grains.Transformers;
using OnePeace.Silo;

namespace OnePeace.Grains.Tests.Modalities;

/// <summary>A silo with scripted replicas: its own, and as many more as are added. State lies in a folder, as it does in earnest.</summary>
internal sealed class RunningSilo : IAsyncDisposable
{
    public const string Core = "default";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _replicas = [];
    private readonly IHost _host;

    private RunningSilo(IHost host, ScriptedHost replica, Clock clock) => (_host, Replica, Clock) = (host, replica, clock);

    public ScriptedHost Replica { get; }

    public Clock Clock { get; }

    public ContentStore Packages => _host.Services.GetRequiredService<ContentStore>();

    private IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<RunningSilo> StartAsync(string folder, ScriptedHost? replica = null)
    {
        replica ??= new ScriptedHost();
        var clock = new Clock();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddOnePeaceSilo(new SiloOptions { DataDirectory = folder, LoadEngine = (_, _) => Task.FromResult<IEncodingEngine>(replica) });
        var host = builder.Build();
        await host.StartAsync();
        var silo = new RunningSilo(host, replica, clock);
        await Eventually(() => Task.FromResult(host.Services.GetRequiredService<EngineSeat>().Loaded.IsCompleted || replica.Staged.Count > 0));
        return silo;
    }

    public IModalityGrain Modality(string name) => Grains.GetModality(Core, name);

    public IModalityCatalogueGrain Catalogue => Grains.GetModalityCatalogue(Core);

    /// <summary>One more replica. Cancelling ends it without a word, as a process that dies.</summary>
    public async Task<CancellationTokenSource> AddReplicaAsync(ScriptedHost replica)
    {
        var life = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var reconciler = new ModalityReconciler(Grains, Core, Clock, NullLogger<ModalityReconciler>.Instance);
        await reconciler.StartAsync(replica, life.Token);
        _replicas.Add(reconciler.RunAsync(life.Token));
        return life;
    }

    public Task<ModalityReply> AddAsync(string name, string version, string content, CancellationToken cancellation = default) =>
        Modality(name).AddAsync(new PackageSummary { Hash = $"{name}:{content}", Name = name, Version = version, MediaTypes = ["text/csv"] }, cancellation);

    public async Task<string?> StateAsync(string name, string version) =>
        (await Modality(name).DescribeAsync()).Versions.FirstOrDefault(v => v.Package.Version == version)?.State.ToString();

    public async Task<IReadOnlyList<string>> EventsAsync() => [.. (await Catalogue.EventsAsync(0)).Select(e => $"{e.Modality} {e.Version} {e.What}")];

    /// <exception cref="TimeoutException">It does not come true within half a minute.</exception>
    public static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var left = 600; !await holds(); left--)
        {
            if (left == 0) throw new TimeoutException("It did not come true within half a minute.");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var replica in _replicas) await replica.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _host.StopAsync();
        _host.Dispose();
    }
}

/// <summary>The time, and how far it was put forward.</summary>
internal sealed class Clock : TimeProvider
{
    private long _forward;

    public void Forward(TimeSpan time) => Interlocked.Add(ref _forward, time.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _forward));
}
