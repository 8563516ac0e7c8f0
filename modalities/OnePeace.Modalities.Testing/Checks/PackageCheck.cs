using System.Runtime.CompilerServices;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>The plugin as it was built becomes a package, the same twice, which a host takes in, answers, and lets go of again.</summary>
internal sealed class PackageCheck : IConformanceCheck
{
    public string Name => "package";

    public void Run(Subject subject)
    {
        var folder = Directory.CreateTempSubdirectory("onepeace-conformance-").FullName;
        try
        {
            using var model = subject.OpenModel() ?? MakeModel(subject.Conformance.Core, Path.Combine(folder, "model"));
            var (first, second) = (Path.Combine(folder, "first.opm"), Path.Combine(folder, "second.opm"));
            var plugin = PluginOutput.Newest(subject.Conformance.Folder, subject.Conformance.AssemblyName);
            var packed = PackageBuilder.Build(subject.Project, plugin, model, first);
            var again = PackageBuilder.Build(subject.Project, plugin, model, second);
            Expect.That(packed.Hash == again.Hash, $"Expected the same bytes of a project that is packed twice, but the packages differ: initialise weights from the seed alone, and let vectors depend on nothing but input and weights.");
            var context = Attach(first, model, Path.Combine(folder, "unpacked"));
            Expect.That(UnloadWatch.IsCollectedAsync(context).GetAwaiter().GetResult(), $"Expected the plugin to be gone after its package is detached, but something still refers to it: end its timers and threads, "
                + "unsubscribe from static events, serialise no types of its own by reflection (use a source-generated JsonSerializerContext), and keep nothing of it in static fields of others.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A core with no modality around it.</summary>
    private static ModelSource MakeModel(CoreShape shape, string folder)
    {
        ModelGenerator.Create(new GeneratedModel("conformance", shape, []), folder);
        return ModelSources.Open(folder);
    }

    /// <summary>Attaches and detaches; on a frame of its own, so that nothing here keeps the plugin.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Attach(string path, ModelSource model, string folder)
    {
        using var core = ModelLoader.LoadCore(model, CPU, ScalarType.Float32);
        using var package = ModalityPackage.Open(path);
        using var tried = PackageTrial.Run(package, new TrialCore(model.CoreHash, core, CPU, ScalarType.Float32) { KeepsWeights = true }, new PackagePolicy(null), folder);
        CompareWeights(package.AsSource(folder).Weights, tried.Module);
        return tried.Plugin.Context;
    }

    private static void CompareWeights(IWeightSource stored, ModalityModule module)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in module.named_parameters())
        {
            var expected = stored.Read(name).to(ScalarType.Float32);
            Expect.That(expected.equal(parameter).all().item<bool>(), $"Expected the weights of the package bit for bit in the module that it becomes, but '{name}' differs: {nameof(IModality.UpgradeWeights)} must leave alone what is up to date.");
        }
    }
}
