using System.Collections.Concurrent;
using OnePeace.Contracts.Runs;
using OnePeace.Grains.Runs;
using OnePeace.Modalities;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Training.Steps;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>A trainer without tensors: a step is a call, a checkpoint a file.</summary>
internal sealed class ScriptedTrainer : IRunTrainer
{
    public const int Steps = 10;

    /// <summary>A run waits before each step for what this gives.</summary>
    public Func<int, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>What happens after the last step, before the worker tells.</summary>
    public Func<Task> Ending { get; set; } = () => Task.CompletedTask;

    /// <summary>What publishing does beside answering.</summary>
    public Action Publishing { get; set; } = () => { };

    public string? Objection { get; set; }

    /// <summary>What it has plugins for.</summary>
    public IReadOnlyCollection<string>? Modalities { get; set; }

    /// <summary>Gives the plugins of <see cref="Modalities"/>.</summary>
    public Func<string, IModality> Plugins { get; set; } = name => new NamedModality(name);

    /// <summary>The first step of each time that a run was taken up.</summary>
    public ConcurrentQueue<(string Run, int From)> Begun { get; } = new();

    /// <summary>Each time that a run was to be published.</summary>
    public ConcurrentQueue<string> Published { get; } = new();

    /// <summary>How many runs train at this moment, and at most ever did.</summary>
    public int Inside;
    public int MostInside;

    public async Task TrainAsync(RunTask task, ITrainingObserver observer, CancellationToken stop)
    {
        Directory.CreateDirectory(task.Folder);
        var checkpoint = Path.Combine(task.Folder, "checkpoint");
        var done = File.Exists(checkpoint) ? int.Parse(File.ReadAllText(checkpoint)) : 0;
        Begun.Enqueue((task.Id, done + 1));
        MostInside = Math.Max(MostInside, Interlocked.Increment(ref Inside));
        try
        {
            for (var step = done + 1; step <= Steps; step++)
            {
                await Before(step).WaitAsync(stop);
                File.WriteAllText(checkpoint, step.ToString());
                observer.Progressed(new TrainingProgress { Stage = "smell", Step = step, Steps = Steps, Last = new StepResult(step, 1.0 / step, new Dictionary<string, double>()) });
            }
            await Ending();
        }
        finally
        {
            Interlocked.Decrement(ref Inside);
        }
    }

    public Task<RunPlugins?> PluginsAsync() => Task.FromResult(Modalities is null ? null : new RunPlugins(Modalities, Plugins));

    public Task<string?> UnpublishableAsync(string id, RunOrder order, TrainingRecipe recipe) => Task.FromResult(Objection);

    public Task<RunPackage> PublishAsync(RunTask task, CancellationToken stop)
    {
        Published.Enqueue(task.Id);
        Publishing();
        return Task.FromResult(new RunPackage("smell", "1.0.0", "hash"));
    }
}
