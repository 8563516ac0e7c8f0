using System.Security.Cryptography;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Packages;

/// <summary>A package that was made.</summary>
/// <param name="Hash">SHA-256 of its file.</param>
public sealed record PackedModality(ModalityManifest Manifest, string Hash);

/// <summary>Makes a package of an author's project, its published plugin and the model it is for. Same inputs, same bytes.</summary>
public sealed class PackageBuilder : IDisposable
{
    private const string Symbols = ".pdb";
    private static readonly HashSet<string> OfTheHost = [$"{typeof(IModality).Assembly.GetName().Name}.dll", $"{typeof(torch).Assembly.GetName().Name}.dll"];

    private readonly ModalityProject _project;
    private readonly ModelSource _model;
    private readonly string _folder;
    private readonly LoadedPlugin _plugin;
    private readonly string _weights = Path.Combine(Path.GetTempPath(), $"onepeace-{Guid.NewGuid():N}.safetensors");

    private PackageBuilder(ModalityProject project, string folder, ModelSource model)
    {
        (_project, _folder, _model) = (project, folder, model);
        _plugin = PluginLoader.Load(folder);
    }

    /// <param name="project">The author's folder.</param>
    /// <param name="plugin">The folder of its published plugin.</param>
    /// <param name="model">The model whose core it is for; stays the caller's.</param>
    /// <param name="path">The package to write; replaced as a whole.</param>
    /// <param name="key">Signs it; null leaves it unsigned.</param>
    /// <exception cref="InvalidDataException">Project, weights or canaries do not fit: what was expected, what came.</exception>
    /// <exception cref="PackageRefusedException">The plugin throws, or refuses a canary.</exception>
    /// <exception cref="PluginLoadException">The plugin cannot be loaded.</exception>
    public static PackedModality Build(ModalityProject project, string plugin, ModelSource model, string path, ECDsa? key = null)
    {
        using var builder = new PackageBuilder(project, plugin, model);
        return builder.Build(path, key);
    }

    public void Dispose()
    {
        File.Delete(_weights);
        _plugin.Dispose();
    }

    private PackedModality Build(string path, ECDsa? key)
    {
        if (_plugin.Name != _project.Name)
            throw new InvalidDataException($"modality.json names the modality '{_project.Name}', but the plugin is '{_plugin.Name}': give both one name.");
        var options = WriteWeights();
        using var weights = new SafetensorsFile(_weights);
        var source = new ModalitySource(_project.Name, options, weights);
        var (canaries, cost) = Answer(source);
        var declared = _project.Declared;
        var manifest = new ModalityManifest
        {
            Format = ModalityManifest.CurrentFormat,
            Name = _project.Name,
            Version = _project.Version,
            Description = declared.Text,
            Author = declared.Author,
            Licence = declared.Licence,
            MediaTypes = [.. _plugin.Modality.MediaTypes],
            Assembly = EntryNames.Plugin + _plugin.Modality.GetType().Assembly.GetName().Name + ".dll",
            Contract = Contract(),
            Core = new CoreBinding(_model.CoreHash, CoreShapes.ToJson(_model.Shape)),
            Options = options.ToJson(),
            Parameters = weights.Weights.Values.Sum(w => TensorSize.Count(w.Shape)),
            WeightBytes = weights.Weights.Values.Sum(w => TensorSize.Bytes(w.Shape, w.Type)),
            Cost = cost,
            Limits = new InputLimits { MaxInputBytes = declared.Limits.MaxInputBytes, PrepareSeconds = declared.Limits.PrepareSeconds },
            Canaries = canaries,
            Files = new Dictionary<string, PackagedFile>(),
        };
        var hash = PackageWriter.Write(path, manifest, Entries(), key);
        return new PackedModality(manifest, hash);
    }

    /// <summary>Writes the weights as the package will hold them: in the type that the core is stored in.</summary>
    /// <returns>Completed options.</returns>
    private ModalityOptions WriteWeights()
    {
        using var trained = _project.Weights is { } file ? new SafetensorsFile(file) : null;
        var source = new ModalitySource(_project.Name, new ModalityOptions(_project.OptionsOver(From()?.Options), _project.Assets), trained ?? From()?.Weights ?? new NoWeights());
        using var module = PluginCode.Run("to build its module", () => ModelLoader.BuildModality(source, _model.Shape, _plugin.Modality, projects: true));
        if (trained is not null) PluginCode.Run("to take its weights", () => Fill(module, source));
        else PluginCode.Run("to initialise its module", () => Initialise(module));
        var type = _model.Core.MainType();
        SafetensorsWriter.Write(_weights, module.named_parameters().Select(p =>
            new TensorToWrite(p.name, new WeightInfo(type, p.parameter.Sizes()), () => p.parameter.detach().to(type))));
        return module.Options;
    }

    private static bool Fill(ModalityModule module, ModalitySource source)
    {
        try
        {
            ModelLoader.FillModality(module, source, CPU, ScalarType.Float32);
            return true;
        }
        catch (InvalidDataException e)
        {
            throw new PackageRefusedException(PackageFault.BrokenWeights, $"The project's weights: {e.Message}", e);
        }
    }

    /// <summary>From the project's seed; what the model's modality has under the same name and shape is copied.</summary>
    private bool Initialise(ModalityModule module)
    {
        module.InitialiseParameters(_project.Declared.Weights.Seed);
        if (From() is not { Weights: var from }) return true;
        using var gradients = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (!from.Weights.TryGetValue(name, out var info) || !info.Shape.AsSpan().SequenceEqual(parameter.Sizes())) continue;
            using var value = from.Read(name);
            parameter.copy_(value);
        }
        return true;
    }

    private ModalitySource? From() => _project.From(_model);

    /// <summary>Runs the canaries in float32 on the CPU, on one thread of torch's so that the bits do not depend on the machine's processors.</summary>
    private (IReadOnlyList<Canary> Canaries, TokenCost Cost) Answer(ModalitySource source)
    {
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            using var model = ModelLoader.Load(_model, _ => throw new InvalidOperationException("No modality is loaded here."), [], CPU, ScalarType.Float32);
            using var module = PluginCode.Run("to build its module", () => ModelLoader.BuildModality(source, _model.Shape, _plugin.Modality, projects: true));
            PluginCode.Run("to take its weights", () => Fill(module, source));
            var core = new TrialCore("", model.Core, CPU, ScalarType.Float32);
            var preprocessor = PackageTrial.CreatePreprocessor(module);
            var answers = Samples().Select(sample => Answer(sample, module, preprocessor, core)).ToArray();
            var typical = (int)Math.Max(1, Math.Round(answers.Average(a => a.Tokens)));
            return ([.. answers.Select(a => a.Canary)], new TokenCost(typical, _project.Declared.Limits.MaxTokens));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private (Canary Canary, int Tokens) Answer((string Name, string Path) sample, ModalityModule module, IPreprocessor preprocessor, TrialCore core)
    {
        var limits = _project.Declared.Limits;
        var bytes = File.ReadAllBytes(sample.Path);
        if (bytes.Length > limits.MaxInputBytes) throw new InvalidDataException($"The canary {sample.Path} has {bytes.Length} bytes, but modality.json allows inputs of {limits.MaxInputBytes}.");
        var input = PluginCode.Prepare(preprocessor, bytes, sample.Name, new InputLimits { PrepareSeconds = limits.PrepareSeconds });
        if (input.Tokens < 1 || input.Tokens > limits.MaxTokens) throw new InvalidDataException($"The canary {sample.Path} becomes {input.Tokens} tokens, but modality.json allows 1 to {limits.MaxTokens}.");
        var vector = PackageTrial.Encode(module, input, core, sample.Name);
        if (!vector.All(float.IsFinite)) throw new InvalidDataException($"The canary {sample.Path} is encoded as a vector that is not finite: the weights are no good, or the adaptor divides by zero.");
        return (new Canary(sample.Name, Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan()))), input.Tokens);
    }

    private IEnumerable<(string Name, string Path)> Samples() => _project.Declared.Canaries.Select((canary, index) =>
        File.Exists(Path.Combine(_project.Folder, canary))
            ? ($"{EntryNames.Canaries}{index:D2}-{Path.GetFileName(canary)}", Path.Combine(_project.Folder, canary))
            : throw new InvalidDataException($"modality.json names the canary '{canary}', but there is no such file in the project."));

    private IEnumerable<PackageEntry> Entries() =>
    [
        .. Files(EntryNames.Plugin, _folder).Where(e => !OfTheHost.Contains(e.Name[EntryNames.Plugin.Length..]) && !e.Name.EndsWith(Symbols, StringComparison.Ordinal)),
        .. _project.Assets is { } assets ? Files(EntryNames.Assets, assets) : [],
        .. Samples().Select(sample => PackageEntry.FromFile(sample.Name, sample.Path)),
        PackageEntry.FromFile(EntryNames.Weights, _weights),
    ];

    private static IEnumerable<PackageEntry> Files(string prefix, string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(path => PackageEntry.FromFile(prefix + Path.GetRelativePath(folder, path).Replace('\\', '/'), path));

    private string Contract()
    {
        var contract = typeof(IModality).Assembly.GetName().Name;
        return _plugin.Modality.GetType().Assembly.GetReferencedAssemblies().First(a => a.Name == contract).Version!.ToString(2);
    }

    private sealed class NoWeights : IWeightSource
    {
        public IReadOnlyDictionary<string, WeightInfo> Weights { get; } = new Dictionary<string, WeightInfo>();

        public Tensor Read(string name) => throw new KeyNotFoundException($"There is no weight '{name}': there are none.");
    }
}
