using Microsoft.Extensions.Configuration;
using OnePeace.Engine;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Training.Budgets;

namespace OnePeace.Silo;

/// <summary>What a silo process is told: <c>--model DIR</c> on the command line, or <c>ONEPEACE_MODEL=DIR</c> in the environment (with <c>_</c> for <c>-</c>), and so on.</summary>
/// <param name="Model">A model directory or an official checkpoint.</param>
/// <param name="Modalities">Folder of the plugins; null for those beside the executable.</param>
/// <param name="Device">As <see cref="EngineOptions.Device"/>.</param>
/// <param name="DataType">As <see cref="EngineOptions.DataType"/>: <c>--dtype bfloat16</c>.</param>
/// <param name="Data">As <see cref="SiloOptions.DataDirectory"/>.</param>
/// <param name="TrainingData">As <see cref="SiloOptions.TrainingData"/>.</param>
/// <param name="Budget"><c>--training-steps 100000</c>, <c>--training-batch 4096</c>, <c>--training-parameters 4000000000</c>; 0 is no limit.</param>
/// <param name="Slots">As <see cref="EngineOptions.Slots"/>.</param>
/// <param name="TorchThreads">As <see cref="EngineOptions.TorchThreads"/>.</param>
/// <param name="Deterministic">As <see cref="EngineOptions.Deterministic"/>: <c>--deterministic true</c>.</param>
/// <param name="ResultCacheBytes">As <see cref="EngineOptions.ResultCacheBytes"/>: <c>--result-cache 256MB</c>.</param>
/// <param name="Residency"><c>--modality-memory 2GiB</c>, <c>--pin text,image</c>, <c>--parallel-loads 2</c>.</param>
internal sealed record SiloSettings(string Model, string? Modalities, string Device, string DataType, int SiloPort, int ClientPort, string? Data, string? TrainingData, TrainingBudget Budget, int Slots, int TorchThreads, bool Deterministic, long ResultCacheBytes, ResidencyOptions Residency)
{
    private const int OrleansSiloPort = 11111, OrleansClientPort = 30000, MostPort = 65535;

    /// <exception cref="ArgumentException">A setting is missing or no number; the message says which.</exception>
    /// <exception cref="FormatException">A setting cannot be read; the message says which.</exception>
    public static SiloSettings Read(IConfiguration configuration) => new(
        configuration["model"] ?? throw new ArgumentException("A silo needs a model: --model DIR_OR_CHECKPOINT, or ONEPEACE_MODEL."),
        configuration["modalities"],
        configuration["device"] ?? "auto",
        configuration["dtype"] ?? "auto",
        Number(configuration, "silo-port", OrleansSiloPort, MostPort),
        Number(configuration, "client-port", OrleansClientPort, MostPort),
        configuration["data"],
        Setting(configuration, "training-data"),
        TrainingBudget.Parse(Setting(configuration, "training-steps"), Setting(configuration, "training-batch"), Setting(configuration, "training-parameters")),
        Number(configuration, "slots", 0, EngineOptions.MostSlots),
        Number(configuration, "torch-threads", 0, EngineOptions.MostSlots),
        Flag(configuration, "deterministic"),
        MemorySize.Parse(Setting(configuration, "result-cache") ?? "0", "--result-cache"),
        ResidencyOptions.Parse(Setting(configuration, "modality-memory"), Setting(configuration, "pin") is { } pinned ? [pinned] : [], Setting(configuration, "parallel-loads")));

    public PluginCatalogue OpenPlugins() => Modalities is null ? PluginCatalogue.BesideExecutable() : new PluginCatalogue(Modalities);

    public EngineOptions Engine(PackageHostOptions? packages = null) => new() { Device = Device, DataType = DataType, Packages = packages, Residency = Residency, Slots = Slots, TorchThreads = TorchThreads, Deterministic = Deterministic, ResultCacheBytes = ResultCacheBytes, LeavesProcessorToTraining = TrainingData is not null };

    /// <summary>From the command line, or else the environment, where no name holds a hyphen.</summary>
    private static string? Setting(IConfiguration configuration, string name) => configuration[name] ?? configuration[name.Replace('-', '_')];

    private static bool Flag(IConfiguration configuration, string name) => Setting(configuration, name) switch
    {
        null => false,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw new ArgumentException($"--{name} must be true or false, but is '{text}'."),
    };

    private static int Number(IConfiguration configuration, string name, int fallback, int most) => Setting(configuration, name) switch
    {
        null => fallback,
        var text when int.TryParse(text, out var number) && number >= 0 && number <= most => number,
        var text => throw new ArgumentException($"--{name} must be 0 to {most}, but is '{text}'."),
    };
}
