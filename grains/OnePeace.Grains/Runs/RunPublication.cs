using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Modalities;
using OnePeace.Contracts.Runs;
using OnePeace.Engine;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Grains.Transformers;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Grains.Runs;

/// <summary>Makes a trained run's modality into a package of the store and has it attached, as an upload would be.</summary>
public sealed class RunPublication(IGrainFactory grains, string core, RunAttachment attachment, EngineSeat seat, ILogger<RunPublication> log)
{
    private const int Niceness = 10;

    /// <summary>Why the name that an order trains cannot be attached, as far as is known, or null.</summary>
    public async Task<string?> ObjectionAsync(string id, RunOrder order, TrainingRecipe recipe)
    {
        var name = recipe.Stages[^1].Other;
        if (seat.Loaded.IsCompletedSuccessfully && (await seat.Loaded).Describe().Modalities.Any(m => m.IsOfModel && m.Name == name))
            return $"'{name}' belongs to the model that serves, which is not replaced.";
        var there = (await grains.GetModality(core, name).DescribeAsync()).Versions;
        return order.Version is null && there.Any(v => v.Package.Version != Version(id, order) && v.State != VersionState.Failed)
            ? $"There is a modality '{name}' already: remove it and resume the run, or order a run with a 'version'."
            : null;
    }

    /// <exception cref="RunUnpublishedException">The name is taken, or the package is refused.</exception>
    public async Task<RunPackage> PublishAsync(RunTask task, ServingCore serving, CancellationToken stop)
    {
        var recipe = RunOrders.Recipe(task.Order);
        var stage = recipe.Stages[^1];
        var version = Version(task.Id, task.Order);
        if (await ObjectionAsync(task.Id, task.Order, recipe) is { } objection) throw new RunUnpublishedException($"{objection} The run keeps its weights.");
        var project = new RunProject(task, recipe, serving, version);
        try
        {
            var path = await project.WriteAsync(stop);
            await using var thread = new DeviceThread("packing", torchThreads: 1, Niceness);
            var packed = await thread.RunAsync(() => Pack(path, Path.Combine(serving.Plugins.Folder, stage.Other), serving.ModelPath));
            return await attachment.AttachAsync(Path.Combine(path, RunProject.PackageFile), new RunPackage(stage.Other, version, packed.Hash), stop);
        }
        catch (PackageRefusedException e)
        {
            throw new RunUnpublishedException($"The package was refused: {e.Message}");
        }
        catch (PluginLoadException e)
        {
            log.LogWarning(e, "The training run {Run} could not be packed", task.Id);
            throw new RunUnpublishedException($"The package was refused: {RunWords.NoPlugin(stage.Other)}");
        }
    }

    private static string Version(string id, RunOrder order) => order.Version ?? $"1.0.0-{id}";

    private static PackedModality Pack(string project, string plugin, string modelPath)
    {
        using var model = ModelSources.Open(modelPath);
        return PackageBuilder.Build(ModalityProject.Open(project), plugin, model, Path.Combine(project, RunProject.PackageFile));
    }
}
