using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>A layer that can multiply in int8 when it is packed: half the memory of bfloat16, and less exact.</summary>
public interface IQuantisable
{
    /// <summary>Said before <see cref="IPackable.Pack"/>: once packed, the weights are int8.</summary>
    void Quantise();
}

/// <summary>Quantises whole modules.</summary>
public static class Quantisation
{
    /// <summary>Every layer that can multiplies in int8 from when the module is packed.</summary>
    /// <param name="module">On a CPU where there is no <see cref="Refusal"/>, and not packed yet.</param>
    public static void Quantise(this nn.Module module)
    {
        foreach (var layer in module.modules().OfType<IQuantisable>()) layer.Quantise();
    }

    /// <summary>Why int8 cannot be multiplied on this processor, and what to do; null where it can.</summary>
    public static string? Refusal => OneDnnInt8.Refusal;
}
