using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine.Packages;

/// <summary>Checks of stored weights that need no module.</summary>
public static class PackageWeights
{
    /// <summary>That there are as many values as the manifest says, all floating-point and finite. Streams through them: takes no memory of their size.</summary>
    /// <exception cref="PackageRefusedException">There are not.</exception>
    public static void Check(IWeightSource weights, ModalityManifest manifest, CancellationToken cancellation = default)
    {
        foreach (var (name, info) in weights.Weights)
            if (!info.Type.IsFloatingPoint())
                throw Broken($"Expected floating-point weights, but '{PackageJson.Shown(name)}' is of type {DataTypes.Name(info.Type)}.");
        var values = weights.Weights.Values.Sum(info => TensorSize.Count(info.Shape));
        var bytes = weights.Weights.Values.Sum(info => TensorSize.Bytes(info.Shape, info.Type));
        if (values != manifest.Parameters || bytes != manifest.WeightBytes)
            throw Broken($"The manifest says {manifest.Parameters} parameters in {manifest.WeightBytes} bytes, but the weights are {values} in {bytes}.");
        foreach (var name in weights.Weights.Keys.Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!DeviceThread.Infer(() => FiniteValues.AreAll(weights.Read(name))))
                throw Broken($"The weight '{PackageJson.Shown(name)}' holds values that are not finite.");
        }
    }

    private static PackageRefusedException Broken(string message) => new(PackageFault.BrokenWeights, message);
}
