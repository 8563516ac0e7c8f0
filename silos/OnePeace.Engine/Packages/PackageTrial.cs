using System.Runtime.InteropServices;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers.Packing;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Packages;

/// <summary>The core that a package is tried with. A trial only reads it.</summary>
/// <param name="Hash">SHA-256 of its file (<see cref="ModelSource.CoreHash"/>).</param>
public sealed record TrialCore(string Hash, TransformerCore Core, Device Device, Precision Precision)
{
    /// <summary>Whether the modality's parameters keep their values after they were laid out for inference, so that they can be compared.</summary>
    public bool KeepsWeights { get; init; }
}

/// <summary>A package's loaded pieces. Disposing frees the weights and unloads the plugin.</summary>
public sealed record TriedModality(LoadedPlugin Plugin, ModalityModule Module, IPreprocessor Preprocessor) : IDisposable
{
    public void Dispose()
    {
        Module.Dispose();
        Plugin.Dispose();
    }
}

/// <summary>Every check of a package against a core, stage by stage. All of it runs on the calling thread: plugin code may never return, so give it a thread that can be abandoned (<see cref="TrialThread"/>).</summary>
public static class PackageTrial
{
    private const double NarrowCosine = 0.99;

    /// <summary>Both halves: <see cref="CheckStored"/>, then <see cref="TryPlugin"/>.</summary>
    /// <inheritdoc cref="CheckStored" path="/param"/>
    /// <inheritdoc cref="TryPlugin" path="/param"/>
    /// <exception cref="PackageRefusedException">It failed a check.</exception>
    public static TriedModality Run(ModalityPackage package, TrialCore core, PackagePolicy policy, string folder, Action<string>? passed = null, CancellationToken cancellation = default)
    {
        CheckStored(package, core, policy, passed, cancellation);
        return TryPlugin(package, core, folder, passed, cancellation);
    }

    /// <summary>Everything that runs nothing of the package: contents, policy, core, and that its weights are finite. Takes as long as hashing the file twice.</summary>
    /// <param name="package">Just opened; stays the caller's.</param>
    /// <param name="core">What it shall be attached to.</param>
    /// <param name="policy">Who may serve.</param>
    /// <param name="passed">Told what was checked, after each stage.</param>
    /// <param name="cancellation">Looked at between stages and while contents are read.</param>
    /// <exception cref="PackageRefusedException">It failed a check.</exception>
    public static void CheckStored(ModalityPackage package, TrialCore core, PackagePolicy policy, Action<string>? passed = null, CancellationToken cancellation = default)
    {
        package.VerifyContents(cancellation);
        passed?.Invoke($"contents: {package.Manifest.Files.Count} files are what the manifest says");
        policy.Check(package.ComputeHash(cancellation), package.Signature);
        passed?.Invoke(package.Signature is null ? "signature: none" : $"signature: valid, by {package.Signature.Key}");
        CheckCore(package, core.Hash, core.Core.Shape);
        passed?.Invoke($"core: {core.Hash}");
        PackageWeights.Check(package.AsSource(null).Weights, package.Manifest, cancellation);
    }

    /// <summary>Everything that runs the plugin's code: loads it, puts its weights into its module, answers the canaries.</summary>
    /// <param name="package">After <see cref="CheckStored"/>; stays the caller's.</param>
    /// <param name="core">What it shall be attached to.</param>
    /// <param name="folder">Where its plugin and assets are laid out; has to stay while the plugin is used.</param>
    /// <param name="passed">Told what was checked, after each stage.</param>
    /// <param name="cancellation">Looked at between stages.</param>
    /// <exception cref="PackageRefusedException">It failed a check.</exception>
    public static TriedModality TryPlugin(ModalityPackage package, TrialCore core, string folder, Action<string>? passed = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        LoadedPlugin? plugin = null;
        ModalityModule? module = null;
        try
        {
            plugin = LoadPlugin(package, folder);
            passed?.Invoke($"plugin: {package.Manifest.Assembly}, modality '{plugin.Name}'");
            cancellation.ThrowIfCancellationRequested();
            module = LoadWeights(package, plugin, folder, core.Device, core.Precision, core.KeepsWeights);
            passed?.Invoke($"weights: {package.Manifest.Parameters} parameters fit and are finite");
            var preprocessor = CreatePreprocessor(module);
            AnswerCanaries(package, module, preprocessor, core, cancellation);
            passed?.Invoke($"canaries: {package.Manifest.Canaries.Count} answered as recorded");
            return new TriedModality(plugin, module, preprocessor);
        }
        catch
        {
            module?.Dispose();
            plugin?.Dispose();
            throw;
        }
    }

    /// <exception cref="PackageRefusedException">The package was made for another core.</exception>
    public static void CheckCore(ModalityPackage package, string hash, CoreShape shape)
    {
        if (package.Manifest.Core.Hash != hash)
            throw new PackageRefusedException(PackageFault.WrongCore, $"The package was made for the core {package.Manifest.Core.Hash[..12]}..., but this one is {hash[..Math.Min(12, hash.Length)]}...: pack it again for the model that serves.");
        if (package.Shape != shape)
            throw new PackageRefusedException(PackageFault.WrongCore, "The package names this core, but with another architecture: pack it again for the model that serves.");
    }

    /// <summary>Lays the plugin out and loads it; its native libraries are opened from <see cref="NativeLibraries"/> beside <paramref name="folder"/>. The caller disposes it.</summary>
    /// <exception cref="PackageRefusedException">It cannot be loaded, or is not what the manifest says.</exception>
    public static LoadedPlugin LoadPlugin(ModalityPackage package, string folder)
    {
        package.UnpackTo(folder);
        var manifest = package.Manifest;
        var plugin = PluginCode.Load(Path.Combine(folder, EntryNames.Plugin.TrimEnd('/')), manifest.Assembly[EntryNames.Plugin.Length..], NativeLibraries.Beside(folder));
        try
        {
            PluginCode.Run("to name its media types", () =>
            {
                if (plugin.Name != manifest.Name)
                    throw PluginCode.Broken($"The plugin is of the modality '{PackageJson.Shown(plugin.Name)}', but the manifest says '{manifest.Name}'.");
                if (!plugin.Modality.MediaTypes.SequenceEqual(manifest.MediaTypes))
                    throw PluginCode.Broken($"The plugin takes {PackageJson.Shown(string.Join(", ", plugin.Modality.MediaTypes))}, but the manifest says {string.Join(", ", manifest.MediaTypes)}.");
                return true;
            });
            return plugin;
        }
        catch
        {
            plugin.Dispose();
            throw;
        }
    }

    /// <summary>Builds the plugin's module and fills it from the package; the caller disposes it. That the values are finite <see cref="PackageWeights"/> tells. On a CPU in the stored type the weights share the package's memory until they are first used.</summary>
    /// <exception cref="PackageRefusedException">Weights are missing, unexpected or of another shape, or the plugin cannot build its module.</exception>
    public static ModalityModule LoadWeights(ModalityPackage package, LoadedPlugin plugin, string folder, Device device, Precision precision, bool keepsWeights = false)
    {
        var source = package.AsSource(folder);
        var module = PluginCode.Run("to build its module", () => ModelLoader.BuildModality(source, package.Shape, plugin.Modality, projects: true));
        PluginCode.Run("to take its weights", () =>
        {
            try
            {
                ModelLoader.FillModality(module, source, device, precision.Type);   // disposes the module where it fails
                precision.Pack(module, keepsWeights);
                return true;
            }
            catch (InvalidDataException e)
            {
                throw new PackageRefusedException(PackageFault.BrokenWeights, PackageJson.Shown(e.Message, PackageJson.MostSaid), e);
            }
        });
        return module;
    }

    /// <exception cref="PackageRefusedException">The plugin cannot create it.</exception>
    public static IPreprocessor CreatePreprocessor(ModalityModule module) =>
        PluginCode.Run("to create its preprocessor", () => module.Modality.CreatePreprocessor(module.Options) ?? throw new InvalidOperationException());

    /// <summary>Answers every canary and compares: in float32 as near as the canary asks, in a narrower type to 0.99.</summary>
    /// <exception cref="PackageRefusedException">One is answered otherwise, or not at all.</exception>
    public static void AnswerCanaries(ModalityPackage package, ModalityModule module, IPreprocessor preprocessor, TrialCore core, CancellationToken cancellation = default)
    {
        var manifest = package.Manifest;
        foreach (var canary in manifest.Canaries)
        {
            cancellation.ThrowIfCancellationRequested();
            var input = PluginCode.Prepare(preprocessor, package.Read(canary.Input), canary.Input, manifest.Limits);
            if (input.Tokens < 1 || input.Tokens > manifest.Cost.Most)
                throw new PackageRefusedException(PackageFault.CanaryFailed, $"The canary '{canary.Input}' becomes {input.Tokens} tokens, but the manifest says 1 to {manifest.Cost.Most}.");
            var least = core.Precision == ScalarType.Float32 ? canary.MinCosine : Math.Min(canary.MinCosine, NarrowCosine);
            var cosine = Cosine(ManifestRules.Vector(canary), Encode(module, input, core, canary.Input));
            if (!(cosine >= least))   // also where it is no number
                throw new PackageRefusedException(PackageFault.CanaryFailed, FormattableString.Invariant($"The canary '{canary.Input}' was answered with a cosine of {cosine:f5} to its recorded vector, but at least {least} is needed{(core.Precision.QuantisesExperts ? "; this server computes experts in int8, and --dtype auto is nearer to it" : "")}."));
        }
    }

    /// <summary>One input's vector <c>[D]</c> on the host; tried twice, since what torch throws for a moment is not the package's fault.</summary>
    internal static float[] Encode(ModalityModule module, PreparedInput input, TrialCore core, string name) => PluginCode.Run($"to encode '{name}'", () =>
    {
        try
        {
            return EncodeOnce(module, input, core);
        }
        catch (ExternalException e) when (!DeviceFault.IsFatal(e))
        {
            return EncodeOnce(module, input, core);
        }
    });

    private static float[] EncodeOnce(ModalityModule module, PreparedInput input, TrialCore core) => DeviceThread.Infer(() =>
    {
        var batch = BatchAssembly.Stack([input], core.Device, core.Precision.Type);
        var features = core.Core.call([new Segment(module, module.Adaptor.call(batch))], batch.Padding)[0];   // [1, L, D]
        return MemoryMarshal.Cast<byte, float>(BatchEncoder.Unit(module.Project(features)).bytes).ToArray();
    });

    /// <summary>NaN where the vectors cannot be compared.</summary>
    private static double Cosine(float[] a, float[] b)
    {
        if (a.Length != b.Length) return double.NaN;
        double Dot(float[] x, float[] y) => x.Zip(y, (p, q) => (double)p * q).Sum();
        return Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
    }
}
