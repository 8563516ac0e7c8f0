using System.Security.Cryptography;
using System.Text;
using OnePeace.Training.Recipes;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Training.Runs;

/// <summary>What a stage finds of its modalities in the model that it starts from.</summary>
internal static class BaseHash
{
    /// <summary>SHA-256 over options and stored weights of the stage's modalities, by name; those that join have none.</summary>
    public static IReadOnlyDictionary<string, string> Of(ModelSource source, TrainingStage stage)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in new[] { stage.Pivot, stage.Other, stage.ExpertsFrom })
        {
            if (name is not null && source.Modalities.TryGetValue(name, out var modality)) hashes[name] = Of(modality);
        }
        return hashes;
    }

    private static string Of(ModalitySource modality)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes(modality.Options.ToJson().ToJsonString()));
        foreach (var (name, info) in modality.Weights.Weights.OrderBy(weight => weight.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            sha.AppendData(Encoding.UTF8.GetBytes($"\n{name} {info.Type} {string.Join(',', info.Shape)}\n"));
            sha.AppendData(modality.Weights.Read(name).contiguous().bytes);
        }
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
