using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>A layer that can lay its weights out for inference, once, when it is first used; from then on it only infers.</summary>
public interface IPackable
{
    /// <summary>From the next use on, the weights lie as the device multiplies them fastest.</summary>
    /// <param name="keepsWeights">Whether the parameters keep their values, because somebody else uses them; otherwise they are emptied, so that nothing is held twice.</param>
    void Pack(bool keepsWeights);
}

/// <summary>Packs whole modules. A parameter that two layers share cannot be packed by both: such a layer should not be packable.</summary>
public static class Packing
{
    /// <summary>Packs every layer of a module that can be. Afterwards it infers, on the device and in the type that it has now, and neither trains nor tells its weights.</summary>
    /// <param name="module">Filled with its weights, in evaluation mode.</param>
    /// <param name="keepsWeights">See <see cref="IPackable.Pack"/>.</param>
    public static void Pack(this nn.Module module, bool keepsWeights = false)
    {
        // Parents come before their children here, so that a layer that joins its children's weights finds them as they were loaded.
        foreach (var layer in module.modules().Prepend(module).OfType<IPackable>().ToList()) layer.Pack(keepsWeights);
    }
}
