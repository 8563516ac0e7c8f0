using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Runs;
using OnePeace.Training.Data;
using OnePeace.Training.Runs;
using OnePeace.Training.Steps;

namespace OnePeace.Grains.Runs;

/// <summary>A run under a lease: trains, tells how far it is, and stops where the lease is lost.</summary>
internal sealed class RunWork(ITrainingRunGrain grain, RunTask task, RunLease lease, IRunTrainer trainer, ILogger log) : ITrainingObserver
{
    private const int MostPoints = 4096;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentQueue<RunPoint> _points = new();
    private readonly List<RunPoint> _untold = [];
    private readonly SemaphoreSlim _telling = new(1);
    private volatile RunProgress? _progress;
    private long _heard;

    public void Progressed(TrainingProgress progress)
    {
        _progress = RunProgresses.Of(progress);
        _points.Enqueue(new RunPoint(progress.StageIndex, progress.Step, progress.Last?.Loss ?? 0, progress.Last?.Accuracy ?? 0));
        if (_points.Count > MostPoints) _points.TryDequeue(out _);
    }

    /// <summary>Returns once the run has ended, its lease is lost, or the process stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var over = new CancellationTokenSource();
        _heard = Environment.TickCount64;
        var keeping = KeepAsync(stop, over.Token);
        try
        {
            if (!lease.IsTrained) await StepAsync(TrainAsync, stop.Token);
            if (!stop.IsCancellationRequested && WillPublish) await StepAsync(PublishAsync, stop.Token);
        }
        finally
        {
            await over.CancelAsync();
            await keeping;
        }
    }

    private bool WillPublish { get; set; } = lease.IsTrained;

    private async Task<RunOutcome> TrainAsync(CancellationToken stop)
    {
        await trainer.TrainAsync(task, this, stop);
        var reason = task.Order.Publish ? await trainer.UnpublishableAsync(task.Id, task.Order, RunOrders.Recipe(task.Order)) : null;
        WillPublish = task.Order.Publish && reason is null;
        return new RunOutcome(RunState.Finished) { Reason = reason, Publishes = WillPublish };
    }

    private async Task<RunOutcome> PublishAsync(CancellationToken stop)
    {
        try
        {
            return new RunOutcome(RunState.Published) { Package = await trainer.PublishAsync(task, stop) };
        }
        catch (RunUnpublishedException e)
        {
            return new RunOutcome(RunState.Finished) { Reason = e.Message };
        }
    }

    /// <summary>Does a part of the run and tells how it ended; where it was stopped, nothing is told.</summary>
    private async Task StepAsync(Func<CancellationToken, Task<RunOutcome>> part, CancellationToken stop)
    {
        RunOutcome outcome;
        try
        {
            outcome = await Task.Run(() => part(stop), CancellationToken.None);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            WillPublish = false;
            var isForeseen = e is InvalidDataException or DivergedException or FileNotFoundException or LostDataException;
            log.LogWarning(e, "The training run {Run} failed", task.Id);
            outcome = new RunOutcome(RunState.Failed) { Reason = isForeseen ? Said(e.Message) : "The server failed on this run; its log says why." };
        }
        bool? holds = null;
        while (!stop.IsCancellationRequested && (holds = await TryTellAsync(outcome)) is null) await Task.Delay(Period, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (holds != true) WillPublish = false;   // a command came as the part ended
    }

    /// <summary>Paths of this machine are nobody's business.</summary>
    private string Said(string message) => RunWords.Of(message.Replace(task.Folder, task.Id), task.Order, task.Data);

    /// <summary>Keeps the lease; stops the work where it is lost, also where nobody has been reached for as long as it lasts.</summary>
    private async Task KeepAsync(CancellationTokenSource stop, CancellationToken over)
    {
        while (!over.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            if (await TryTellAsync(null) is false || Environment.TickCount64 - Volatile.Read(ref _heard) > RunLimits.Lease.TotalMilliseconds)
            {
                await stop.CancelAsync();
                return;
            }
            await Task.Delay(Period, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One report after the other, so that points come in their order.</summary>
    /// <returns>Whether the lease holds; null where nobody answered.</returns>
    private async Task<bool?> TryTellAsync(RunOutcome? outcome)
    {
        await _telling.WaitAsync();
        try
        {
            while (_untold.Count < MostPoints && _points.TryDequeue(out var point)) _untold.Add(point);
            var holds = await grain.ReportAsync(new RunReport(lease.Fence) { Progress = _progress, Points = [.. _untold], Outcome = outcome });
            _untold.Clear();
            Volatile.Write(ref _heard, Environment.TickCount64);
            return holds;
        }
        catch (Exception e)
        {
            log.LogWarning(e, "The training run {Run} could not be reported; it is tried again at once", task.Id);
            return null;
        }
        finally
        {
            _telling.Release();
        }
    }
}
