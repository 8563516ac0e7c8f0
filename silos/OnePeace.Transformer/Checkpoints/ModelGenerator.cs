using System.Text;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>A model to be made up.</summary>
public sealed record GeneratedModel(string Name, CoreShape Shape, IReadOnlyList<(IModality Plugin, ModalityOptions Options)> Modalities)
{
    public int Seed { get; init; } = 1;

    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>What users are told of it.</summary>
    public string Notice { get; init; } = "Random weights: for trying the platform out; its vectors mean nothing.";

    /// <summary>Reads a recipe: name, core, dtype, seed, notice, and every modality's options.</summary>
    /// <param name="path">The JSON file.</param>
    /// <param name="plugins">Gives the plugin of a modality by name.</param>
    /// <exception cref="InvalidDataException">The file is missing or no recipe.</exception>
    public static GeneratedModel Read(string path, Func<string, IModality> plugins)
    {
        var recipe = ModelJson.Read(path, ModelJson.Default.GenerationRecipe);
        var model = new GeneratedModel(recipe.Name, CoreShapes.Read(recipe.Core),
            [.. recipe.Modalities.Select(m => (plugins(m.Key), new ModalityOptions(m.Value)))]) { Seed = recipe.Seed, Type = DataTypes.Parse(recipe.Dtype) };
        return recipe.Notice is { } notice ? model with { Notice = notice } : model;
    }
}

/// <summary>Writes models of random weights, for demonstrations, tests and benchmarks: same model and seed, same bytes on every machine.</summary>
public static class ModelGenerator
{
    /// <summary>Writes a model directory, weight by weight: a model larger than the memory can be made.</summary>
    /// <inheritdoc cref="ModelDirectory.Write" path="/exception"/>
    public static void Create(GeneratedModel model, string path)
    {
        using var source = new ModelSource(Stream.Null)
        {
            Name = model.Name,
            Shape = model.Shape,
            Core = new RandomWeights(CoreShapesOf(model.Shape), model, "core"),
            Modalities = model.Modalities.ToDictionary(m => m.Plugin.Name, m => Modality(model, m.Plugin, m.Options)),
            LogitScale = LogitScale.Initial,
            Notice = model.Notice,
        };
        ModelDirectory.Write(source, path, model.Type);
    }

    private static ModalitySource Modality(GeneratedModel model, IModality plugin, ModalityOptions options)
    {
        var complete = plugin.CompleteOptions(options, new Dictionary<string, long[]>());
        using var module = new ModalityModule(plugin, model.Shape, complete);   // its weights are never touched
        return new ModalitySource(plugin.Name, complete, new RandomWeights(module.WeightShapes(), model, plugin.Name));
    }

    private static Dictionary<string, long[]> CoreShapesOf(CoreShape shape)
    {
        using var core = new TransformerCore(shape);
        return core.named_parameters().ToDictionary(p => p.name, p => p.parameter.Sizes());
    }

    /// <summary>Weights that are drawn when they are read; each from its own seed, so that their order does not matter.</summary>
    private sealed class RandomWeights(IReadOnlyDictionary<string, long[]> shapes, GeneratedModel model, string part) : IWeightSource
    {
        public IReadOnlyDictionary<string, WeightInfo> Weights { get; } = shapes.ToDictionary(s => s.Key, s => new WeightInfo(model.Type, s.Value));

        public Tensor Read(string name)
        {
            var shape = shapes[name];
            var (centre, spread) = Distribution(name, shape);
            using var scope = NewDisposeScope();
            using var generator = new Generator(Seed(name));
            // Uniform draws and single operations: exactly the same everywhere, which a normal distribution's logarithms are not.
            using Scalar half = 0.5f.ToScalar(), width = ((float)(spread * Math.Sqrt(12))).ToScalar(), middle = ((float)centre).ToScalar();   // kept: TensorSums says why
            return rand(shape, generator: generator, dtype: ScalarType.Float32).sub_(half).mul_(width).Plus(middle).to(model.Type).MoveToOuterDisposeScope();
        }

        /// <summary>Mean and deviation: signals keep about their size from layer to layer, so that different inputs get clearly different vectors.</summary>
        private static (double Centre, double Spread) Distribution(string name, long[] shape)
        {
            if (shape.Length >= 2) return (0, 1 / Math.Sqrt(shape[1..].Aggregate(1L, (product, side) => product * side)));
            if (name.EndsWith(".bias", StringComparison.Ordinal)) return (0, 0.02);
            return name.Contains("gamma_", StringComparison.Ordinal) ? (0.5, 0.1) : (1, 0.1);   // LayerScale; norms and head scales
        }

        /// <summary>FNV-1a over the seed and the weight's place.</summary>
        private ulong Seed(string name) => Encoding.UTF8.GetBytes($"{model.Seed}/{part}/{name}").Aggregate(14695981039346656037UL, (hash, b) => (hash ^ b) * 1099511628211UL);
    }
}
