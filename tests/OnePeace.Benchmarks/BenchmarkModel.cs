using OnePeace.Engine.Plugins;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks;

/// <summary>A model of one of the recipes in models/recipes, generated into a temporary folder.</summary>
internal sealed class BenchmarkModel : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("onepeace-bench-");

    /// <param name="size">small or base.</param>
    public BenchmarkModel(string size) =>
        ModelGenerator.Create(GeneratedModel.Read(RepositoryFolder.At($"models/recipes/{size}.json"), Plugins.Get), Path);

    public PluginCatalogue Plugins { get; } = PluginCatalogue.BesideExecutable();

    public string Path => System.IO.Path.Combine(_folder.FullName, "model");

    public OnePeaceModel Load(string modality)
    {
        using var source = ModelDirectory.Open(Path);
        return ModelLoader.Load(source, Plugins.Get, [modality]);
    }

    /// <summary>A batch of random prepared inputs of the measured length: 32 text tokens, a 224 px image, 5 s of sound.</summary>
    public static Dictionary<string, Tensor> Inputs(string modality, int batch)
    {
        using var generator = new Generator(3);
        return modality switch
        {
            "text" => new() { ["tokens"] = randint(4, 50_000, [batch, 31], dtype: ScalarType.Int64, generator: generator) },
            "image" => new() { ["pixels"] = randn([batch, 3, 224, 224], generator: generator) },
            _ => new() { ["waveform"] = randn([batch, 80_000], generator: generator), ["padding_mask"] = zeros([batch, 250], ScalarType.Bool) },
        };
    }

    public void Dispose()
    {
        Plugins.Dispose();
        _folder.Delete(recursive: true);
    }
}
