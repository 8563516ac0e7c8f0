using OnePeace.Contracts.Runs;
using OnePeace.Modalities;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>One run, as its worker sees it.</summary>
/// <param name="Folder">Keeps everything of the run, also from one process to the next.</param>
/// <param name="Data">Where the order's data lie.</param>
public sealed record RunTask(string Id, RunOrder Order, string Folder, string Data);

/// <summary>The plugins that runs train with.</summary>
/// <param name="Names">The modalities that there are plugins for.</param>
/// <param name="Get">Gives one of them; an <see cref="InvalidDataException"/> where it cannot be loaded.</param>
public sealed record RunPlugins(IReadOnlyCollection<string> Names, Func<string, IModality> Get);

/// <summary>What a worker does for a run.</summary>
public interface IRunTrainer
{
    /// <summary>Trains from the newest checkpoint, or from the start, to the end.</summary>
    /// <param name="stop">Stops after the step under way, and leaves a checkpoint.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    Task TrainAsync(RunTask task, ITrainingObserver observer, CancellationToken stop);

    /// <summary>The plugins that it has; null where that is not known yet.</summary>
    Task<RunPlugins?> PluginsAsync();

    /// <summary>Why nothing of a run can serve, as far as is known, or null where its modality can.</summary>
    Task<string?> UnpublishableAsync(string id, RunOrder order, TrainingRecipe recipe);

    /// <summary>Packs what was trained and attaches it; again and again it comes to the same.</summary>
    /// <exception cref="RunUnpublishedException">It was refused.</exception>
    Task<RunPackage> PublishAsync(RunTask task, CancellationToken stop);
}

/// <summary>A trained run's modality does not serve. The message is meant for whoever ordered the run.</summary>
public sealed class RunUnpublishedException(string message) : Exception(message);
