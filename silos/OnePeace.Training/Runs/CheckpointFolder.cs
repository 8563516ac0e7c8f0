using System.Globalization;
using OnePeace.Files;
using OnePeace.Training.Steps;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Training.Runs;

/// <summary>A stage's checkpoints on disk: each appears whole or not at all, the last two stay.</summary>
/// <param name="folder">Where they lie.</param>
/// <param name="fingerprint">What they belong to; others are not taken up.</param>
internal sealed class CheckpointFolder(string folder, string fingerprint)
{
    private const string Prefix = "checkpoint-", Ending = ".safetensors", BestFile = "best.safetensors";
    private const string FingerprintKey = "fingerprint", StepKey = "step", DigestKey = "digest";
    private const int Kept = 2;

    /// <summary>Writes a checkpoint durably, then forgets older ones.</summary>
    public void Write(TrainerState state, IReadOnlyDictionary<string, string> notes)
    {
        DurableFile.CreateDirectory(folder);
        Write(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{state.Step:D10}{Ending}")), state, notes);
        foreach (var old in Files().Skip(Kept)) File.Delete(old);
    }

    /// <summary>Keeps a state aside as the best so far.</summary>
    public void WriteBest(TrainerState state)
    {
        DurableFile.CreateDirectory(folder);
        Write(Path.Combine(folder, BestFile), state, new Dictionary<string, string>());
    }

    /// <summary>The newest checkpoint, or null where there is none. A damaged one is passed over for the one before.</summary>
    /// <exception cref="InvalidDataException">They belong to another recipe, data or model, or all are damaged.</exception>
    /// <exception cref="IOException">One cannot be read; whether it is damaged is not known.</exception>
    public (TrainerState State, IReadOnlyDictionary<string, string> Notes)? ReadNewest()
    {
        var files = Files();
        foreach (var file in files)
        {
            if (TryRead(file) is { } found) return found;
        }
        return files.Length == 0 ? null : throw new InvalidDataException(
            $"Expected a whole checkpoint in {folder}, but all {files.Length} are damaged: remove {folder} to train the stage again, or bring a checkpoint back from a copy.");
    }

    /// <summary>The best state that was kept aside.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public TrainerState ReadBest() => TryRead(Path.Combine(folder, BestFile))?.State
        ?? throw new InvalidDataException($"Expected the best weights of the stage in {Path.Combine(folder, BestFile)}, but the file is missing or damaged: remove {folder} to train the stage again.");

    private void Write(string path, TrainerState state, IReadOnlyDictionary<string, string> notes) =>
        SafetensorsWriter.Write(path, state.Tensors, new Dictionary<string, string>(notes)
        {
            [FingerprintKey] = fingerprint,
            [StepKey] = state.Step.ToString(CultureInfo.InvariantCulture),
            [DigestKey] = state.Digest(),
        });

    private (TrainerState State, IReadOnlyDictionary<string, string> Notes)? TryRead(string path)
    {
        if (Open(path) is not var (state, notes)) return null;
        if (notes.GetValueOrDefault(FingerprintKey) == fingerprint) return (state, notes);
        state.Dispose();
        throw new InvalidDataException($"{folder} holds a run of another recipe, seed, model or data: give another folder, or remove it to start again.");
    }

    private static (TrainerState, IReadOnlyDictionary<string, string>)? Open(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var file = new SafetensorsFile(path);
            var step = long.Parse(file.Metadata[StepKey], CultureInfo.InvariantCulture);
            using var scope = NewDisposeScope();
            var tensors = file.Weights.Keys.ToDictionary(name => name, name => file.Read(name).clone().DetachFromDisposeScope());
            var state = new TrainerState(step, tensors);
            if (state.Digest() == file.Metadata[DigestKey]) return (state, file.Metadata);
            state.Dispose();
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException or FormatException)
        {
            return null;   // torn or damaged
        }
    }

    private string[] Files() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, $"{Prefix}*{Ending}").OrderDescending(StringComparer.Ordinal)]
        : [];
}
