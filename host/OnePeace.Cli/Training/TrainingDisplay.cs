using System.Globalization;
using OnePeace.Training.Runs;
using Spectre.Console;

namespace OnePeace.Cli.Training;

/// <summary>Where a run is shown.</summary>
internal interface IRunDisplay : ITrainingObserver
{
    /// <summary>Shows a line of its own.</summary>
    void Say(string line);
}

/// <summary>A run on stderr: a bar where that is a terminal, otherwise a line every ten seconds and at the end of every stage.</summary>
internal static class TrainingDisplay
{
    public static async Task<T> RunAsync<T>(Func<IRunDisplay, Task<T>> work)
    {
        if (Console.IsErrorRedirected) return await work(new Lines());
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var progress = console.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn());
        return await progress.StartAsync(context => work(new Bars(console, context)));
    }

    private static string Describe(TrainingProgress progress)
    {
        var last = progress.Last!;
        return string.Create(CultureInfo.InvariantCulture,
            $"{progress.Stage} ({progress.StageIndex + 1}/{progress.Stages}) step {progress.Step:N0}/{progress.Steps:N0}  loss {last.Loss:0.000}{Terms(last.Terms)}  accuracy {last.Accuracy:P0}")
            + (progress.Validation is { } validation ? string.Create(CultureInfo.InvariantCulture, $" (validation {validation.Accuracy:P0})") : "")
            + string.Create(CultureInfo.InvariantCulture, $"  rate {last.LearningRate:0.0e0}  {progress.PairsPerSecond:N0} pairs/s  {progress.Remaining:h\\:mm\\:ss} left  {progress.MemoryBytes >> 20:N0} MB")
            + (progress.BadPairs > 0 ? string.Create(CultureInfo.InvariantCulture, $"  {progress.BadPairs:N0} bad pairs") : "");
    }

    /// <summary>The parts of the loss, where there are several.</summary>
    private static string Terms(IReadOnlyDictionary<string, double> terms) => terms.Count < 2 ? ""
        : $" ({string.Join(", ", terms.OrderBy(term => term.Key, StringComparer.Ordinal).Select(term => string.Create(CultureInfo.InvariantCulture, $"{term.Key} {term.Value:0.00}")))})";

    private sealed class Lines : IRunDisplay
    {
        private const int Seconds = 10;

        private long _next;

        public void Progressed(TrainingProgress progress)
        {
            if (Environment.TickCount64 < _next && progress.Step < progress.Steps) return;
            _next = Environment.TickCount64 + (Seconds * 1000);
            Console.Error.WriteLine(Describe(progress));
        }

        public void Say(string line) => Console.Error.WriteLine(line);
    }

    private sealed class Bars(IAnsiConsole console, ProgressContext context) : IRunDisplay
    {
        private readonly Dictionary<int, ProgressTask> _tasks = [];

        public void Progressed(TrainingProgress progress)
        {
            if (!_tasks.TryGetValue(progress.StageIndex, out var task))
                _tasks[progress.StageIndex] = task = context.AddTask(Markup.Escape(progress.Stage), maxValue: progress.Steps);
            task.Description = Markup.Escape(Describe(progress));
            task.Value = progress.Step;
        }

        public void Say(string line) => console.WriteLine(line);
    }
}
