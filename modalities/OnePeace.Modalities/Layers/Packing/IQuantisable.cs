using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>A layer that can multiply in int8 when it is packed: half the memory of bfloat16, and less exact.</summary>
internal interface IQuantisable
{
    /// <summary>Said before <see cref="IPackable.Pack"/>: once packed, the weights are int8.</summary>
    /// <exception cref="InvalidOperationException">It is packed already.</exception>
    void Quantise();
}

/// <summary>Quantises experts.</summary>
public static class Quantisation
{
    /// <summary>Why int8 cannot be multiplied on this processor, and what to do; null where it can.</summary>
    public static string? Refusal => OneDnnInt8.Refusal;

    /// <summary>Every <see cref="GeGluExpert"/> that the module is or holds multiplies in int8 from when the module is packed.</summary>
    /// <param name="expert">On a CPU where there is no <see cref="Refusal"/>, and not packed yet.</param>
    /// <exception cref="InvalidOperationException">It is packed already.</exception>
    public static void Quantise(this nn.Module expert)
    {
        foreach (var layer in expert.modules().Prepend(expert).OfType<IQuantisable>()) layer.Quantise();
    }
}
