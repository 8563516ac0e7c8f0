using OnePeace.Training.Objectives;
using static TorchSharp.torch;

namespace OnePeace.Training.Masks;

/// <summary>Masks of a batch's inputs as tensors.</summary>
/// <remarks>Shapes: <c>B</c> inputs, <c>L</c> tokens with CLS of the longest, <c>K</c> tokens kept of the input that keeps most.</remarks>
public static class MaskTensors
{
    /// <summary>Padding is neither hidden nor kept. The tensors belong to the caller's dispose scope.</summary>
    /// <param name="hidden">By input and position, at least one input.</param>
    /// <param name="device">Where the batch is.</param>
    public static SideMask Collate(IReadOnlyList<bool[]> hidden, Device device)
    {
        var length = hidden.Max(mask => mask.Length);
        var most = hidden.Max(mask => mask.Count(on => !on));
        var rows = new bool[hidden.Count * length];
        var kept = new long[hidden.Count * most];
        Array.Fill(kept, -1);
        for (var item = 0; item < hidden.Count; item++)
        {
            hidden[item].CopyTo(rows, item * length);
            var at = item * most;
            for (var position = 0; position < hidden[item].Length; position++)
            {
                if (!hidden[item][position]) kept[at++] = position;
            }
        }
        return new SideMask(tensor(rows, [hidden.Count, length], device: device), tensor(kept, [hidden.Count, most], device: device));
    }
}
