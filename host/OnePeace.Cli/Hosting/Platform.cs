using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnePeace.Cli.Training;
using OnePeace.Engine;
using OnePeace.Engine.Hosting;
using OnePeace.Gateway;
using OnePeace.Gateway.Keys;
using OnePeace.Grains.Transformers;
using OnePeace.Silo;
using OnePeace.Training.Budgets;

namespace OnePeace.Cli.Hosting;

/// <summary>How <c>up</c> was called.</summary>
internal sealed record PlatformOptions(string Host, int Port, string DataDirectory, string Model, EngineOptions Engine)
{
    /// <summary>As <see cref="SiloOptions.TrainingData"/>.</summary>
    public string? TrainingData { get; init; }

    /// <summary>As <see cref="SiloOptions.TrainingBudget"/>.</summary>
    public TrainingBudget TrainingBudget { get; init; } = new();
}

/// <summary>Silo and gateway in one process.</summary>
internal static class Platform
{
    /// <summary>Serves until SIGTERM or Ctrl-C, then drains.</summary>
    /// <exception cref="BadInputException">The port is taken, or the model cannot be loaded.</exception>
    public static async Task<int> RunAsync(PlatformOptions options)
    {
        var address = CheckAddress(options);
        if (options.TrainingData is { } training && !Directory.Exists(training)) throw new BadInputException($"--training-data {training}: there is no such folder.");
        options.Engine.Check();
        using (var model = ModelPath.Open(options.Model)) options.Engine.CheckRoom(model);   // fails here, in one line, rather than in a silo that has started
        using var folder = OwnDataFolder(options.DataDirectory);
        await using var app = Compose(options, address);
        if (!await StartAsync(app, options)) return 0;
        try
        {
            await app.Services.GetRequiredService<EngineSeat>().Loaded;
        }
        catch (OperationCanceledException)
        {
            await app.WaitForShutdownAsync();   // told to stop while the model was loading
            return 0;
        }
        Console.Out.WriteLine($"ready {Shown(app.Urls.First())} {app.Services.GetRequiredService<BootstrapKey>().Tell() ?? "-"}");
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static WebApplication Compose(PlatformOptions options, IPAddress address)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "));
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, options.Port));
        builder.AddOnePeaceSilo(new SiloOptions
        {
            DataDirectory = options.DataDirectory,
            TrainingData = options.TrainingData,
            TrainingBudget = options.TrainingBudget,
            TrustsPackages = IPAddress.IsLoopback(address),
            UploadGrace = TimeSpan.Zero,   // the data folder is this process's alone
            LoadEngine = async (services, cancellation) => await ModelPath.LoadEngineAsync(
                options.Model, options.Engine with { Packages = services.GetRequiredService<PackageHostOptions>() }, modalities: null, cancellation),
        });
        builder.AddOnePeaceGateway(new GatewayOptions { DataDirectory = options.DataDirectory, RecipeFolder = ShippedRecipes.Folder });
        return builder.Build().MapOnePeaceGateway();
    }

    /// <summary>False where it was told to stop before it had started.</summary>
    private static async Task<bool> StartAsync(WebApplication app, PlatformOptions options)
    {
        try
        {
            await app.StartAsync();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw PortTaken(options);
        }
    }

    /// <summary>Fails early, before a model is loaded for nothing.</summary>
    private static IPAddress CheckAddress(PlatformOptions options)
    {
        if (!IPAddress.TryParse(options.Host, out var address))
            throw new BadUsageException($"--host {options.Host}: expected an IP address, such as 127.0.0.1 or 0.0.0.0.");
        if (options.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
            throw new BadUsageException($"--port {options.Port}: expected a number from {IPEndPoint.MinPort} to {IPEndPoint.MaxPort}.");
        try
        {
            using var probe = new TcpListener(address, options.Port);
            probe.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw PortTaken(options);
        }
        catch (SocketException e)
        {
            throw new BadInputException($"cannot serve on {options.Host}, port {options.Port}: {e.Message}.");
        }
        return address;
    }

    /// <summary>Holds the data folder for this process: two of them would overwrite each other's keys.</summary>
    private static FileStream OwnDataFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--data {path} cannot be used as a folder: choose one that you may write to.");
        }
        try
        {
            return new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--data {path} is used by another onepeace, or cannot be written to: stop that one, or choose another folder.");
        }
    }

    private static BadInputException PortTaken(PlatformOptions options) =>
        new($"port {options.Port} on {options.Host} is taken by another program: stop it, or give another with --port.");

    private static string Shown(string url) => url.Replace("0.0.0.0", "127.0.0.1").Replace("[::]", "[::1]").TrimEnd('/');
}
