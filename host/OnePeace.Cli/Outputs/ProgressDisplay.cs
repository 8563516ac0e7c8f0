using Spectre.Console;

namespace OnePeace.Cli.Outputs;

/// <summary>A progress bar on stderr where that is a terminal; otherwise silence.</summary>
internal static class ProgressDisplay
{
    /// <param name="title">What is going on.</param>
    /// <param name="total">How many steps there are.</param>
    /// <param name="work">Does them; calls its argument with how many more are done.</param>
    public static async Task RunAsync(string title, long total, Func<Action<long>, Task> work)
    {
        if (Console.IsErrorRedirected)
        {
            await work(_ => { });
            return;
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var progress = console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());
        await progress.StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(title), maxValue: total);
            await work(done => task.Increment(done));
        });
    }
}
