using System.Net;
using OnePeace.Client;
using OnePeace.Training.Runs;
using OnePeace.Training.Steps;

namespace OnePeace.Cli.Training;

/// <summary>A server's run, shown as one of this process. It goes on whether or not somebody watches.</summary>
internal static class RunWatch
{
    private const string Paused = "paused";
    private static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(1), UntilRetry = TimeSpan.FromSeconds(1);

    /// <summary>Watches until the run has ended or is paused; a connection that breaks is made again.</summary>
    public static Task<RunInfo> ToItsEndAsync(OnePeaceClient client, string id, CancellationToken cancellation) =>
        TrainingDisplay.RunAsync(observer => FollowAsync(client, id, observer, cancellation));

    private static async Task<RunInfo> FollowAsync(OnePeaceClient client, string id, ITrainingObserver observer, CancellationToken cancellation)
    {
        var (last, heard) = (0L, Environment.TickCount64);
        while (true)
        {
            try
            {
                await foreach (var happened in client.WatchRunAsync(id, last, cancellation))
                {
                    (last, heard) = (happened.Id, Environment.TickCount64);
                    if (happened.Progress is { } progress) observer.Progressed(Of(progress));
                    if (happened.State?.State == Paused) break;
                }
                var run = await client.RunAsync(id, cancellation);
                if (run.Ended || run.State == Paused) return run;
            }
            catch (Exception e) when (MayPass(e) && last > 0 && Environment.TickCount64 - heard < LongestOutage.TotalMilliseconds)
            {
                // The server may be starting again.
            }
            await Task.Delay(UntilRetry, cancellation);
        }
    }

    private static bool MayPass(Exception e) => e is HttpRequestException or OnePeaceApiException { Status: HttpStatusCode.ServiceUnavailable };

    private static TrainingProgress Of(RunProgressInfo progress) => new()
    {
        Stage = progress.Stage,
        StageIndex = progress.StageNumber - 1,
        Stages = progress.Stages,
        Step = progress.Step,
        Steps = progress.Steps,
        Last = new StepResult(progress.Step, progress.Loss, progress.Terms) { Accuracy = progress.Accuracy, LearningRate = progress.LearningRate },
        Validation = progress.ValidationAccuracy is { } accuracy ? new HistoryLine { Kind = "validation", Step = progress.Step, Loss = 0, Accuracy = accuracy } : null,
        PairsPerSecond = progress.PairsPerSecond,
        Remaining = TimeSpan.FromSeconds(progress.RemainingSeconds),
        MemoryBytes = progress.MemoryBytes,
        BadPairs = progress.BadPairs,
    };
}
