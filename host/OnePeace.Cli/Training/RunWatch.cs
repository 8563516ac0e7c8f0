using System.Net;
using OnePeace.Cli.Commands;
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
    /// <exception cref="StoppedException">Ctrl-C: nobody watches any more.</exception>
    /// <exception cref="BadInputException">The server is gone, or the run was deleted.</exception>
    public static async Task<RunInfo> ToItsEndAsync(OnePeaceClient client, string id, CancellationToken cancellation)
    {
        RunInfo? last = null;
        await Interruption.RunAsync(
            async stop => last = await WatchAsync(client, id, stop),
            () => new StoppedException($"nobody watches {id} any more, but it goes on: 'onepeace runs watch {id}' shows it, 'onepeace runs cancel {id}' ends it."),
            cancellation);
        return last!;
    }

    private static async Task<RunInfo> WatchAsync(OnePeaceClient client, string id, CancellationToken stop)
    {
        var now = await client.RunAsync(id, stop);
        return HasStopped(now) ? now : await TrainingDisplay.RunAsync(display => FollowAsync(client, now, display, stop));
    }

    /// <param name="now">How far it is; what happened before is not shown.</param>
    private static async Task<RunInfo> FollowAsync(OnePeaceClient client, RunInfo now, IRunDisplay display, CancellationToken stop)
    {
        var (id, last, lost) = (now.Id, 0L, default(long?));   // lost: since when the server does not answer
        var before = now.Progress;
        while (true)
        {
            try
            {
                await foreach (var happened in client.WatchRunAsync(id, last, stop))
                {
                    (last, lost) = (happened.Id, null);
                    if (happened.State?.State == Paused) break;
                    if (happened.Progress is not { } progress || IsBefore(progress, before)) continue;
                    before = null;
                    display.Progressed(Of(progress));
                }
                var run = await client.RunAsync(id, stop);
                if (HasStopped(run)) return run;
                lost = null;
            }
            catch (Exception e) when (MayPass(e))
            {
                if (lost is null) display.Say($"The server does not answer ({e.Message.TrimEnd('.')}); it is asked again for a minute.");
                lost ??= Environment.TickCount64;
                if (Environment.TickCount64 - lost > LongestOutage.TotalMilliseconds)
                    throw new BadInputException($"the server has not answered for a minute. The run goes on once it is there again: 'onepeace runs watch {id}' then shows it.");
            }
            catch (OnePeaceApiException e) when (e.Status == HttpStatusCode.NotFound)
            {
                throw new BadInputException($"the run {id} was deleted while it was watched.");
            }
            await Task.Delay(UntilRetry, stop);
        }
    }

    private static bool IsBefore(RunProgressInfo progress, RunProgressInfo? other) =>
        other is not null && (progress.StageNumber, progress.Step).CompareTo((other.StageNumber, other.Step)) < 0;

    private static bool HasStopped(RunInfo run) => run.Ended || run.State == Paused;

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
