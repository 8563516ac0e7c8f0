using Microsoft.Extensions.Configuration;
using OnePeace.Engine;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Training.Budgets;

namespace OnePeace.Silo;

/// <summary>What a silo process is told: <c>--model DIR</c> on the command line, or <c>ONEPEACE_MODEL=DIR</c> in the environment (with <c>_</c> for <c>-</c>), and so on.</summary>
internal sealed record SiloSettings
{
    private const int OrleansSiloPort = 11111, OrleansClientPort = 30000, MostPort = 65535;

    /// <summary>A model directory or an official checkpoint.</summary>
    public required string Model { get; init; }

    /// <summary>Folder of the plugins; null for those beside the executable.</summary>
    public string? Modalities { get; init; }

    /// <summary>As the options of <c>onepeace up</c>; flags have a value: <c>--deterministic true</c>.</summary>
    public required EngineOptions Engine { get; init; }

    public int SiloPort { get; init; }

    public int ClientPort { get; init; }

    /// <summary>As <see cref="SiloOptions.DataDirectory"/>.</summary>
    public string? Data { get; init; }

    /// <summary>As <see cref="SiloOptions.TrainingData"/>.</summary>
    public string? TrainingData { get; init; }

    /// <summary><c>--training-steps 100000</c>, <c>--training-batch 4096</c>, <c>--training-parameters 4000000000</c>; 0 is no limit.</summary>
    public required TrainingBudget Budget { get; init; }

    /// <exception cref="ArgumentException">A setting is missing or no number; the message says which.</exception>
    /// <exception cref="FormatException">A setting cannot be read; the message says which.</exception>
    public static SiloSettings Read(IConfiguration configuration) => new()
    {
        Model = configuration["model"] ?? throw new ArgumentException("A silo needs a model: --model DIR_OR_CHECKPOINT, or ONEPEACE_MODEL."),
        Modalities = configuration["modalities"],
        SiloPort = Number(configuration, "silo-port", OrleansSiloPort, MostPort),
        ClientPort = Number(configuration, "client-port", OrleansClientPort, MostPort),
        Data = configuration["data"],
        TrainingData = Setting(configuration, "training-data"),
        Budget = TrainingBudget.Parse(Setting(configuration, "training-steps"), Setting(configuration, "training-batch"), Setting(configuration, "training-parameters")),
        Engine = ReadEngine(configuration),
    };

    public PluginCatalogue OpenPlugins() => Modalities is null ? PluginCatalogue.BesideExecutable() : new PluginCatalogue(Modalities);

    private static EngineOptions ReadEngine(IConfiguration configuration)
    {
        var defaults = new EngineOptions();
        return defaults with
        {
            Device = configuration["device"] ?? defaults.Device,
            DataType = configuration["dtype"] ?? defaults.DataType,
            Slots = Number(configuration, "slots", defaults.Slots, EngineOptions.MostSlots),
            TorchThreads = Number(configuration, "torch-threads", defaults.TorchThreads, EngineOptions.MostSlots),
            Deterministic = Flag(configuration, "deterministic"),
            ResultCacheBytes = MemorySize.Parse(Setting(configuration, "result-cache") ?? "0", "--result-cache"),
            Batches = defaults.Batches with { LongestWait = BatchLimits.ParseWait(Setting(configuration, "longest-wait"), "--longest-wait") },
            Residency = ResidencyOptions.Parse(Setting(configuration, "modality-memory"), Setting(configuration, "pin") is { } pinned ? [pinned] : [], Setting(configuration, "parallel-loads")),
            LeavesProcessorToTraining = Setting(configuration, "training-data") is not null,
        };
    }

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
