using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnePeace.Engine;
using OnePeace.Gateway.Keys;
using OnePeace.Silo;

namespace OnePeace.Gateway.Tests.Hosting;

/// <summary>A real gateway on a free port with a real silo in the same process; only the engine is a stand-in.</summary>
public sealed class Platform : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("onepeace-gateway-").FullName;
    private WebApplication _app = null!;

    internal HashingEngine Engine { get; } = new();

    /// <summary>What loads before the platform is ready.</summary>
    internal TaskCompletionSource<IEncodingEngine>? Loading { get; init; }

    /// <summary>Another engine than <see cref="Engine"/> itself.</summary>
    internal Func<IServiceProvider, IEncodingEngine>? Load { get; init; }

    /// <summary>As <see cref="SiloOptions.TrainingData"/>.</summary>
    internal string? TrainingData { get; init; }

    /// <summary>What comes before the platform's own services.</summary>
    internal Action<IServiceCollection> Register { get; init; } = _ => { };

    internal Func<GatewayOptions, GatewayOptions> Configure { get; init; } = o => o;

    /// <summary>The client port of a silo in another host, instead of one in this.</summary>
    public int? SiloPort { get; init; }

    internal LogLines Logs { get; } = new();

    public string Key { get; private set; } = "";

    public Uri Address { get; private set; } = null!;

    internal IServiceProvider Services => _app.Services;

    /// <summary>Sends the key.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Sends none.</summary>
    public HttpClient Stranger { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders().AddProvider(Logs);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        Register(builder.Services);
        if (SiloPort is { } port)
            builder.AddOnePeaceSiloConnection(port);
        else
            builder.AddOnePeaceSilo(new SiloOptions { TrustsPackages = true, TrainingData = TrainingData, LoadEngine = (services, _) => Loading?.Task ?? Task.FromResult(Load?.Invoke(services) ?? Engine) });
        builder.AddOnePeaceGateway(Configure(new GatewayOptions { DataDirectory = _data }));
        _app = builder.Build();
        _app.MapOnePeaceGateway();
        await _app.StartAsync();
        Key = _app.Services.GetRequiredService<BootstrapKey>().Tell()!;
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Stranger = new HttpClient { BaseAddress = Address };
        Client = new HttpClient { BaseAddress = Address };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        if (Loading is null)
            await ReadyAsync();
    }

    public async Task ReadyAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await Stranger.GetAsync("/readyz", patience.Token)).IsSuccessStatusCode)
            await Task.Delay(20, patience.Token);
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>Completes when the server has decided to stop.</summary>
    public async Task StoppingAsync(TimeSpan patience)
    {
        var stopping = new TaskCompletionSource();
        using var registration = _app.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Stranger.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}

/// <summary>One platform serves all tests that do not need their own.</summary>
[CollectionDefinition(Name)]
public sealed class SharedPlatform : ICollectionFixture<Platform>
{
    public const string Name = "platform";
}
