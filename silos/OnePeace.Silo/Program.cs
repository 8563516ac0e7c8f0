using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OnePeace.Engine;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Plugins;
using OnePeace.Silo;
using OnePeace.Transformer.Checkpoints;

var builder = Host.CreateApplicationBuilder();
builder.Configuration.AddEnvironmentVariables("ONEPEACE_");
builder.Configuration.AddCommandLine(args);
SiloSettings settings;
try
{
    settings = SiloSettings.Read(builder.Configuration);
    settings.Engine.Check();
    using var model = ModelSources.Open(settings.Model);
    settings.Engine.CheckRoom(model);   // what is wrong is said here, in one line, rather than by a silo that has started
}
catch (Exception e) when (e is ArgumentException or FormatException or InvalidDataException or FileNotFoundException or EngineUnavailableException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
builder.Services.AddSingleton(_ => settings.OpenPlugins());
builder.AddOnePeaceSilo(new SiloOptions
{
    SiloPort = settings.SiloPort,
    ClientPort = settings.ClientPort,
    DataDirectory = settings.Data,
    TrainingData = settings.TrainingData,
    TrainingBudget = settings.Budget,
    LoadEngine = async (services, cancellation) => await EncodingEngine.LoadAsync(
        settings.Model, services.GetRequiredService<PluginCatalogue>(), settings.Engine with { Packages = services.GetRequiredService<PackageHostOptions>() }, cancellation: cancellation),
});
await builder.Build().RunAsync();
return Environment.ExitCode;
