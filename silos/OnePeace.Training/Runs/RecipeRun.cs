using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Files;
using OnePeace.Modalities;
using OnePeace.Training.Data;
using OnePeace.Training.Models;
using OnePeace.Training.Recipes;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Runs;

/// <summary>What a recipe is run with.</summary>
public sealed record RecipeRunOptions
{
    public required TrainingRecipe Recipe { get; init; }

    /// <summary>A data set's folder, or for a recipe of one stage its file.</summary>
    public required string Data { get; init; }

    /// <summary>Where the run keeps everything; what is there already is gone on with.</summary>
    public required string Folder { get; init; }

    /// <summary>The model to start from; null where the recipe describes one.</summary>
    public string? Model { get; init; }

    public required Func<string, IModality> Plugins { get; init; }

    public required TrainingDevice Device { get; init; }

    /// <summary>The core of <see cref="Model"/> as it serves, or null.</summary>
    public TransformerCore? Core { get; init; }

    /// <inheritdoc cref="PairLoaderOptions.Parallelism"/>
    public int Parallelism { get; init; } = Environment.ProcessorCount;
}

/// <summary>All stages of a recipe, each from the model that the one before left. A stage that is done is not done again.</summary>
public sealed class RecipeRun(RecipeRunOptions options)
{
    private readonly TrainingRecipe _recipe = options.Recipe;

    /// <summary>Whether a stage was opened, so that what the folder holds is of this run.</summary>
    public bool HasOpened { get; private set; }

    /// <summary>The folder of a stage: checkpoints, history, and at its end the model.</summary>
    public static string StageFolder(string run, TrainingRecipe recipe, int stage) => Path.Combine(run, $"{stage + 1:D2}-{recipe.Stages[stage].Name}");

    /// <summary>The model after a stage.</summary>
    public static string ModelOf(string stageFolder) => Path.Combine(stageFolder, "model");

    /// <summary>The pairs of a stage.</summary>
    /// <param name="data">As <see cref="RecipeRunOptions.Data"/>.</param>
    /// <exception cref="InvalidDataException">The stage names something outside of the data.</exception>
    public static string DataOf(string data, TrainingStage stage) => Resolve(data, stage.Data) ?? data;

    /// <summary>The pairs that a stage validates on, or null.</summary>
    /// <inheritdoc cref="DataOf"/>
    public static string? ValidationOf(string data, TrainingStage stage) => Resolve(data, stage.Validation);

    /// <summary>Runs what is left of the recipe.</summary>
    /// <returns>The folder of the trained model, inside the run's folder.</returns>
    /// <inheritdoc cref="StageRun.RunAsync" path="/exception"/>
    /// <exception cref="InvalidDataException">Recipe, data and model do not fit each other.</exception>
    public async Task<string> RunAsync(ITrainingObserver observer, CancellationToken stop)
    {
        CheckData();
        using var folder = new RunFolder(options.Folder);
        var model = options.Model ?? WriteFirst();
        for (var stage = 0; stage < _recipe.Stages.Count; stage++) model = await RunAsync(stage, model, observer, stop).ConfigureAwait(false);
        return model;
    }

    /// <summary>Before anything is trained or written: a later stage's data that are missing would be found out hours later.</summary>
    private void CheckData()
    {
        foreach (var (index, stage) in _recipe.Stages.Index())
        {
            if (Directory.Exists(ModelOf(StageFolder(options.Folder, _recipe, index)))) continue;
            Augmentation.Check(stage, options.Plugins);
            var modalities = PairModality.Of(stage, options.Plugins);
            PairSources.Check(DataOf(options.Data, stage), modalities, stage.Columns);
            if (ValidationOf(options.Data, stage) is { } validation) PairSources.Check(validation, modalities, stage.Columns);
        }
    }

    private string WriteFirst()
    {
        var first = _recipe.Model ?? throw new InvalidDataException($"The recipe '{_recipe.Name}' continues a model, but none was given: name one with --init.");
        var path = Path.Combine(options.Folder, "first-model");
        var origin = new JsonObject { ["seed"] = _recipe.Seed, ["core"] = first.Core.DeepClone(), ["dtype"] = first.Dtype, ["first_scale"] = first.FirstScale };
        var (note, made) = (path + ".json", Encoding.UTF8.GetBytes(origin.ToJsonString()));
        if (!Directory.Exists(path))
        {
            DurableFile.Write(note, stream => stream.Write(made));
            FirstModel.Write(_recipe, first, path);
        }
        else if (!File.Exists(note) || !File.ReadAllBytes(note).AsSpan().SequenceEqual(made))
        {
            throw new InvalidDataException($"{options.Folder} holds a run of another recipe, seed or model: give another folder, or remove it to start again.");
        }
        return path;
    }

    private async Task<string> RunAsync(int index, string model, ITrainingObserver observer, CancellationToken stop)
    {
        using var source = ModelSources.Open(model);
        var setting = Setting(index, source, model);
        RunFolder.Claim(setting);
        var after = ModelOf(setting.Folder);
        if (Directory.Exists(after)) return after;
        var run = await StageRun.OpenAsync(setting, stop).ConfigureAwait(false);
        HasOpened = true;
        await using (run.ConfigureAwait(false))
        {
            await run.RunAsync(new Staged(observer, index, _recipe.Stages.Count), stop).ConfigureAwait(false);
            await run.WriteModelAsync(after).ConfigureAwait(false);
        }
        return after;
    }

    private StageSetting Setting(int index, ModelSource source, string model)
    {
        var stage = _recipe.Stages[index];
        return new StageSetting
        {
            Stage = stage,
            Seed = _recipe.Seed,
            Folder = StageFolder(options.Folder, _recipe, index),
            Base = source,
            Plugins = options.Plugins,
            Data = DataOf(options.Data, stage),
            Validation = ValidationOf(options.Data, stage),
            Device = options.Device,
            Core = options.Model is not null && !_recipe.Stages.Take(index).Any(before => before.Trains.Core) ? options.Core : null,
            Parallelism = options.Parallelism,
            FirstScale = stage.FirstScale ?? _recipe.Model?.FirstScale ?? 1,
            NewModalities = (_recipe.Model?.Modalities ?? new Dictionary<string, JsonObject>())
                .ToDictionary(m => m.Key, m => new ModalityOptions(m.Value)),
        };
    }

    /// <summary>A path of the recipe's, inside the data.</summary>
    private static string? Resolve(string data, string? named)
    {
        if (named is null) return null;
        if (!RelativePath.IsInside(named)) throw new InvalidDataException($"The recipe names the data '{named}': name it from the data's folder, without '..'.");
        return Path.Combine(data, named);
    }

    private sealed class Staged(ITrainingObserver observer, int index, int count) : ITrainingObserver
    {
        public void Progressed(TrainingProgress progress) => observer.Progressed(progress with { StageIndex = index, Stages = count });
    }
}
