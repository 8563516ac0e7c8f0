using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>A layer that can lay its weights out for inference, once, when it is first used; from then on it only infers.</summary>
public interface IPackable
{
    /// <summary>From the next use on, the weights lie as the device multiplies them fastest.</summary>
    /// <param name="keepsWeights">Whether the parameters keep their values, because somebody else uses them; otherwise they are emptied, so that nothing is held twice.</param>
    void Pack(bool keepsWeights);
}

/// <summary>Packs whole modules. A parameter that stands at several places of a module keeps its values, since not all who use it need be packed.</summary>
public static class Packing
{
    /// <summary>Packs every layer of a module that can be. Afterwards it infers, on the device and in the type that it has now, and neither trains nor tells its weights.</summary>
    /// <param name="module">Filled with its weights, in evaluation mode.</param>
    /// <param name="keepsWeights">See <see cref="IPackable.Pack"/>.</param>
    public static void Pack(this nn.Module module, bool keepsWeights = false)
    {
        var shared = Shared(module);
        // Parents come before their children here, so that a layer that joins its children's weights finds them as they were loaded.
        foreach (var layer in module.modules().Prepend(module).ToList())
            (layer as IPackable)?.Pack(keepsWeights || (shared.Count > 0 && layer.parameters().Any(parameter => shared.Contains(parameter.Handle))));
    }

    /// <summary>Why matrices of a type are not laid out for oneDNN on this processor, so that torch multiplies them as they lie; null where they are.</summary>
    public static string? Refusal(ScalarType type) => OneDnn.Refusal(type);

    /// <summary>Handles of the tensors that stand at more than one place: of those who share them, and within whatever stands there twice.</summary>
    private static HashSet<nint> Shared(nn.Module module)
    {
        var (once, again) = (new HashSet<nint>(), new HashSet<nint>());
        Visit(module);
        return again;

        void Visit(nn.Module place)
        {
            foreach (var tensor in place.parameters(recurse: false).Concat(place.buffers(recurse: false)))
                if (!once.Add(tensor.Handle)) again.Add(tensor.Handle);
            foreach (var child in place.children()) Visit(child);
        }
    }
}
