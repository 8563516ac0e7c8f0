using System.Text.Json;
using System.Text.Json.Nodes;
using OnePeace.Engine;
using OnePeace.Modalities;
using OnePeace.Training.Data;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Grains.Runs;

/// <summary>A trained run as an author's project: its modality's options and weights, and the first inputs of its data as canaries.</summary>
internal sealed class RunProject(RunTask task, TrainingRecipe recipe, ServingCore serving, string version)
{
    public const string PackageFile = "package.opm";

    private const int Canaries = 3, MostTries = 100;

    private readonly TrainingStage _stage = recipe.Stages[^1];

    /// <returns>The project's folder, inside the run's.</returns>
    public async Task<string> WriteAsync(CancellationToken cancellation)
    {
        var folder = Path.Combine(task.Folder, "package");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.Combine(folder, "samples"));
        using var model = ModelSources.Open(RecipeRun.ModelOf(RecipeRun.StageFolder(task.Folder, recipe, recipe.Stages.Count - 1)));
        var trained = model.Modalities[_stage.Other];
        var weights = trained.Weights;
        SafetensorsWriter.Write(Path.Combine(folder, "weights.safetensors"), weights.Weights.Select(w => new TensorToWrite(w.Key, w.Value, () => weights.Read(w.Key))));
        if (trained.Options.Assets is { } assets) Copy(assets, Path.Combine(folder, "assets"));
        var description = new JsonObject
        {
            ["name"] = _stage.Other,
            ["version"] = version,
            ["description"] = $"Trained here, by the recipe '{recipe.Name}'.",
            ["options"] = trained.Options.ToJson(),
            ["canaries"] = new JsonArray([.. (await SamplesAsync(folder, trained.Options, cancellation)).Select(name => JsonValue.Create(name))]),
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "modality.json"), description.ToJsonString(new JsonSerializerOptions { WriteIndented = true }), cancellation);
        return folder;
    }

    private async Task<IReadOnlyList<string>> SamplesAsync(string folder, ModalityOptions options, CancellationToken cancellation)
    {
        var other = RunWords.Plugin(serving, _stage.Other);
        var preprocessor = other.CreatePreprocessor(options);
        using var pairs = PairSources.Open(RecipeRun.DataOf(task.Data, _stage), [PairModality.Of(RunWords.Plugin(serving, _stage.Pivot)), PairModality.Of(other)], _stage.Columns);
        var samples = new List<string>();
        for (var index = 0; index < Math.Min(pairs.Count, MostTries) && samples.Count < Canaries; index++)
        {
            if (await RunSamples.TryReadAsync(pairs, index, other.Name, preprocessor, cancellation) is not { } bytes) continue;
            samples.Add($"samples/{index:D2}.{Ending(other)}");
            await File.WriteAllBytesAsync(Path.Combine(folder, samples[^1]), bytes, cancellation);
        }
        return samples.Count > 0 ? samples : throw new RunUnpublishedException($"None of the first {MostTries} pairs can be a canary of the package. The run keeps its weights.");
    }

    private static string Ending(IModality modality) => new([.. modality.MediaTypes[0].Split('/')[^1].Where(char.IsAsciiLetterOrDigit)]);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
