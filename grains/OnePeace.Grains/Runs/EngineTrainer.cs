using OnePeace.Contracts.Runs;
using OnePeace.Engine;
using OnePeace.Engine.Devices;
using OnePeace.Grains.Transformers;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>Trains around the core that this silo serves; what a run changes is its own.</summary>
public sealed class EngineTrainer(EngineSeat seat, RunPublication publication) : IRunTrainer
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
            await new RecipeRun(new RecipeRunOptions
            {
                Recipe = recipe,
                Data = task.Data,
                Folder = task.Folder,
                Model = continues ? serving.ModelPath : null,
                Plugins = serving.Plugins.Get,
                Device = new TrainingDevice(own ?? serving.Thread!, serving.Device),
                Core = continues ? serving.Core : null,
                Parallelism = 1,   // whatever serves shares the thread pool
            }).RunAsync(observer, stop);
        }
        finally
        {
            if (own is not null) await own.DisposeAsync();
        }
    }

    public string? Unpublishable(RunTask task)
    {
        var recipe = RunOrders.Recipe(task.Order);
        if (recipe.Model is not null) return "Nothing is published: the recipe makes a model of its own, which does not fit the core that serves.";
        return recipe.Stages.FirstOrDefault(stage => stage.Trains.Core || stage.Trains.Pivot.Count > 0) is { } stage
            ? $"Nothing is published: the stage '{stage.Name}' changes more than the modality that joins."
            : null;
    }

    public async Task<RunPackage> PublishAsync(RunTask task, CancellationToken stop) => await publication.PublishAsync(task, await ServingAsync(), stop);

    private async Task<ServingCore> ServingAsync() => (await seat.Loaded).Core ?? throw new InvalidDataException("The engine of this server lends no core to train around.");
}
