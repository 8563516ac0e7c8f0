using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnePeace.Engine;
using OnePeace.Engine.Devices;
using OnePeace.Modalities;
using OnePeace.Training.Data;
using OnePeace.Training.Models;
using OnePeace.Training.Recipes;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Training.Runs;

/// <summary>Where training computes: one thread that may be a serving engine's own, so that steps and batches take turns.</summary>
public sealed record TrainingDevice(DeviceThread Thread, Device Device)
{
    /// <param name="thread">Stays the caller's.</param>
    /// <param name="device">As <see cref="EngineOptions.Device"/>.</param>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static TrainingDevice Create(DeviceThread thread, string device) => new(thread, new EngineOptions { Device = device }.ResolveDevice());
}

/// <summary>Everything that a stage needs from outside.</summary>
public sealed record StageSetting
{
    public required TrainingStage Stage { get; init; }

    public required int Seed { get; init; }

    /// <summary>Where checkpoints and history lie.</summary>
    public required string Folder { get; init; }

    /// <summary>The model before the stage; must stay open until the stage is disposed.</summary>
    public required ModelSource Base { get; init; }

    public required Func<string, IModality> Plugins { get; init; }

    /// <summary>The pairs' file or folder.</summary>
    public required string Data { get; init; }

    /// <summary>The pairs to validate on, or null.</summary>
    public string? Validation { get; init; }

    public required TrainingDevice Device { get; init; }

    /// <inheritdoc cref="TrainingSource.Core"/>
    public TransformerCore? Core { get; init; }

    /// <inheritdoc cref="PairLoaderOptions.Parallelism"/>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <inheritdoc cref="TrainingSource.NewModalities"/>
    public IReadOnlyDictionary<string, ModalityOptions> NewModalities { get; init; } = new Dictionary<string, ModalityOptions>();

    /// <inheritdoc cref="NewModel.FirstScale"/>
    public double FirstScale { get; init; } = 1;

    /// <summary>What the stage's results follow from, but for the data.</summary>
    internal StageIdentity Identity => field ??= new(Stage, Seed, Base.CoreHash, FirstScale,
        new SortedDictionary<string, JsonObject>(NewModalities.ToDictionary(m => m.Key, m => m.Value.ToJson()), StringComparer.Ordinal))
    {
        Weights = BaseHash.Of(Base, Stage),
        LogitScale = Stage.ResetLogitScale ? null : Base.LogitScale,
    };

    /// <summary>What checkpoints of this stage belong to, as SHA-256.</summary>
    /// <param name="data">The digest of the pairs.</param>
    internal string Fingerprint(string data) => Convert.ToHexStringLower(SHA256.HashData(
        [.. JsonSerializer.SerializeToUtf8Bytes(Identity, RecipeJson.Default.StageIdentity), .. Encoding.UTF8.GetBytes(data)]));
}

/// <summary>What makes two stages the same.</summary>
internal sealed record StageIdentity(TrainingStage Stage, int Seed, string CoreHash, double FirstScale, IReadOnlyDictionary<string, JsonObject> Modalities)
{
    /// <summary>What the stage's modalities are in the base, by name, as SHA-256.</summary>
    public required IReadOnlyDictionary<string, string> Weights { get; init; }

    /// <summary>The base's, where the stage goes on from it.</summary>
    public double? LogitScale { get; init; }
}
