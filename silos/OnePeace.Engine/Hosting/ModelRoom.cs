using OnePeace.Engine.Residency;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Hosting;

/// <summary>Whether a model's own modalities fit into the budget, each beside those of them that are pinned.</summary>
internal static class ModelRoom
{
    /// <exception cref="InvalidDataException">They do not: what they take, and what there is.</exception>
    public static void Check(IReadOnlyList<ModalitySource> modalities, ScalarType type, ResidencyOptions options)
    {
        if (options.BudgetBytes <= 0) return;
        var sizes = modalities.Select(m => (m.Name, Bytes: Bytes(m, type))).OrderByDescending(m => m.Bytes).ToList();
        var pinned = sizes.Where(m => options.Pinned.Contains(m.Name)).ToList();
        var needed = pinned.Concat(sizes.Except(pinned).Take(1)).ToList();
        var sum = needed.Sum(m => m.Bytes);
        if (sum <= options.BudgetBytes) return;
        var parts = needed.Select(m => $"{m.Name}, {(pinned.Contains(m) ? "pinned" : "the largest that is not pinned")}: {m.Bytes:N0}");
        throw new InvalidDataException(
            $"The model's modalities need {sum:N0} bytes ({string.Join("; ", parts)}), but the memory for modalities is {options.BudgetBytes:N0} bytes: "
            + $"raise --modality-memory to {MemorySize.Text(sum + (sum / 100))}, give 0 for no limit, or pin less.");
    }

    /// <summary>What a modality's weights take on the device.</summary>
    public static long Bytes(ModalitySource modality, ScalarType type) => modality.Weights.Weights.Values.Sum(weight => TensorSize.Bytes(weight.Shape, type));
}
