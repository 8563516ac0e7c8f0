using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnePeace.Contracts;
using OnePeace.Engine.Hosting;
using OnePeace.Files;
using OnePeace.Grains.Modalities;
using OnePeace.Grains.Runs;
using OnePeace.Grains.Transformers;
using OnePeace.GrainStorage;
using Orleans.Configuration;

namespace OnePeace.Silo;

/// <summary>Puts a silo and its engine into a host.</summary>
public static class SiloComposition
{
    public static IHostApplicationBuilder AddOnePeaceSilo(this IHostApplicationBuilder builder, SiloOptions options)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<EngineSeat>();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<ModalityReconciler>(services, options.Core));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<PackageSweep>(services, options.Core));
        var data = options.DataDirectory ?? Directory.CreateTempSubdirectory("onepeace-").FullName;
        AddPackages(builder.Services, options, data);
        AddRuns(builder.Services, options, data);
        builder.UseOrleans(silo => Configure(silo, options));
        builder.Services.AddHostedService<EngineService>();   // after Orleans: it stops before the silo does
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Orleans", LogLevel.Warning);
        builder.Logging.AddFilter("Polly", LogLevel.Warning);
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);   // a loaded machine looks stalled to it at every start
        builder.Logging.AddFilter("Orleans.Runtime.Silo.Watchdog", LogLevel.Error);
        return builder;
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        var port = options.SiloPort == 0 ? FreeLoopbackPort() : options.SiloPort;
        silo.UseLocalhostClustering(port, options.ClientPort, primarySiloEndpoint: null, options.ServiceId, options.ClusterId);
        if (options.DataDirectory is { } data) silo.AddSqliteGrainStorage(ModalityStorage.Name, Path.Combine(data, "grains.db"));
        else silo.AddMemoryGrainStorage(ModalityStorage.Name);
        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            messaging.MaxMessageBodySize = MessageLimits.MessageBytes;
            messaging.MaxEnqueuedRequestsSoftLimit = 2_000;
            messaging.MaxEnqueuedRequestsHardLimit = 4_000;
        });
        silo.Configure<LoadSheddingOptions>(shedding =>
        {
            shedding.LoadSheddingEnabled = true;
            shedding.CpuThreshold = 100;   // an engine on a CPU keeps it busy on purpose; its queue does the shedding
        });
    }

    /// <summary>The store of packages, shared with a gateway in the same process, and what an engine may take from it.</summary>
    private static void AddPackages(IServiceCollection services, SiloOptions options, string data)
    {
        services.TryAddSingleton(_ => new ContentStore(Path.Combine(data, "packages")));
        services.AddSingleton(provider => new PackageHostOptions(provider.GetRequiredService<ContentStore>().Find, Path.Combine(data, "plugins"))
        {
            AllowList = () => options.AllowList(data),
        });
    }

    private static void AddRuns(IServiceCollection services, SiloOptions options, string data)
    {
        services.AddSingleton(new RunSite(Path.GetFullPath(Path.Combine(data, "runs")), options.TrainingData is { } training ? Path.GetFullPath(training) : null) { Budget = options.TrainingBudget });
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RunAttachment>(provider, options.Core));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RunPublication>(provider, options.Core));
        services.TryAddSingleton<IRunTrainer, EngineTrainer>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RunReconciler>(provider, options.Core));
    }

    private static int FreeLoopbackPort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
