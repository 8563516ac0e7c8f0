using OnePeace.Contracts.Runs;
using OnePeace.Engine;
using OnePeace.Engine.Devices;
using OnePeace.Grains.Transformers;
using OnePeace.Training.Budgets;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Grains.Runs;

/// <summary>Trains around the core that this silo serves; what a run changes is its own.</summary>
public sealed class EngineTrainer(EngineSeat seat, RunSite site, RunPublication publication) : IRunTrainer
{
    private const int Niceness = 10;

    public async Task TrainAsync(RunTask task, ITrainingObserver observer, CancellationToken stop)
    {
        var serving = await ServingAsync();
        var recipe = RunOrders.Recipe(task.Order);
        var continues = recipe.Model is null;
        var own = serving.Thread is null ? new DeviceThread("training", torchThreads: 1, Niceness) : null;
        try
        {
            CheckCost(recipe, continues ? serving.ModelPath : null, task.Folder);
            await new RecipeRun(new RecipeRunOptions
            {
                Recipe = recipe,
                Data = task.Data,
                Folder = task.Folder,
                Model = continues ? serving.ModelPath : null,
                Plugins = name => RunWords.Plugin(serving, name),
                Device = new TrainingDevice(own ?? serving.Thread!, serving.Device),
                Core = continues ? serving.Core : null,
                Parallelism = 1,   // whatever serves shares the thread pool
            }).RunAsync(observer, stop);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            throw new InvalidDataException(RunWords.Of(e.Message, serving), e);
        }
        finally
        {
            if (own is not null) await own.DisposeAsync();
        }
    }

    public async Task<RunPlugins?> PluginsAsync() => seat.Loaded.IsCompletedSuccessfully && (await seat.Loaded).Core is { } serving
        ? new RunPlugins(serving.Plugins.Names, name => RunWords.Plugin(serving, name))
        : null;

    public async Task<string?> UnpublishableAsync(string id, RunOrder order, TrainingRecipe recipe) =>
        RunOrders.Unpublishable(recipe) ?? await publication.ObjectionAsync(id, order, recipe);

    public async Task<RunPackage> PublishAsync(RunTask task, CancellationToken stop)
    {
        var serving = await ServingAsync();
        try
        {
            return await publication.PublishAsync(task, serving, stop);
        }
        catch (RunUnpublishedException e)
        {
            throw new RunUnpublishedException(RunWords.Of(e.Message, serving));
        }
    }

    /// <summary>Again, where it is known what the run trains around: another silo may have taken the order.</summary>
    /// <exception cref="InvalidDataException">It costs too much here.</exception>
    private void CheckCost(TrainingRecipe recipe, string? served, string folder)
    {
        using var model = served is null ? null : ModelSources.Open(served);
        var kept = Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;
        var free = new DriveInfo(site.Folder).AvailableFreeSpace;
        if ((new BudgetCheck(site.Budget).Objection(recipe, model?.Shape) ?? BudgetCheck.NoSpace(recipe, model, kept, free)) is { } objection) throw new InvalidDataException(objection);
    }

    private async Task<ServingCore> ServingAsync() => (await seat.Loaded).Core ?? throw new InvalidDataException("The engine of this server lends no core to train around.");
}
