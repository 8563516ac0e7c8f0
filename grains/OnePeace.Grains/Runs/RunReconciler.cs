using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Runs;
using OnePeace.Files;

namespace OnePeace.Grains.Runs;

/// <summary>Takes up the runs that should run, one at a time, and removes the files of deleted ones. Where a process died, the next one on the same folder goes on at once.</summary>
public sealed class RunReconciler(IGrainFactory grains, string core, RunSite site, IRunTrainer trainer, ILogger<RunReconciler> log) : IDisposable
{
    private const string HoldFile = "worker";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1), Attendance = TimeSpan.FromSeconds(3);

    private FileStream? _hold;
    private volatile string _worker = "";

    /// <summary>The name of the folder that it works in; empty before it has it.</summary>
    internal string Worker => _worker;

    /// <summary>Goes on until cancelled, and ends only after the run under way has stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var attending = AttendAsync(stopping);
        while (!stopping.IsCancellationRequested)
        {
            var worked = false;
            try
            {
                worked = TryHold() && await PassAsync(stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                log.LogWarning(e, "The training runs could not be looked at; the next pass tries again");
            }
            catch (Exception e)
            {
                log.LogDebug(e, "Training ends with the process");
            }
            if (!worked) await Task.Delay(Period, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await attending;
    }

    public void Dispose() => _hold?.Dispose();

    /// <returns>Whether there was something to do.</returns>
    private async Task<bool> PassAsync(CancellationToken stopping)
    {
        var catalogue = grains.GetRunCatalogue(core);
        foreach (var id in await catalogue.DeletedAsync())
        {
            TryRemove(site.FolderOf(id));
        }
        if (site.TrainingData is null) return false;
        foreach (var id in await catalogue.OpenAsync())
        {
            var grain = grains.GetTrainingRun(core, id);
            if (await TryTakeAsync(grain, id, stopping) is not { } lease) continue;
            if (site.DataOf(lease.Order.Data) is { } data && Path.Exists(data))
                await new RunWork(grain, new RunTask(id, lease.Order, site.FolderOf(id), data), lease, trainer, log).RunAsync(stopping);
            else
                await grain.ReportAsync(new RunReport(lease.Fence) { Outcome = new RunOutcome(RunState.Failed) { Reason = RunOrders.NoSuchData } });
            return true;
        }
        return false;
    }

    /// <summary>A run that cannot be looked at holds up no other.</summary>
    private async Task<RunLease?> TryTakeAsync(ITrainingRunGrain grain, string id, CancellationToken stopping)
    {
        try
        {
            return await grain.TakeAsync(_worker);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning(e, "The training run {Run} could not be looked at; the next pass tries again", id);
            return null;
        }
    }

    /// <summary>Tells that runs are trained here, and that their files are, also while one is.</summary>
    private async Task AttendAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (site.TrainingData is not null) await grains.GetRunCatalogue(core).AttendAsync();
                if (_worker.Length > 0) await grains.GetRunFiles(core, _worker).AttendAsync();
            }
            catch (Exception e)
            {
                log.LogDebug(e, "The cluster was not told that training runs are here; it is tried again at once");
            }
            await Task.Delay(Attendance, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What cannot be removed now is tried again at the next pass, and holds nothing up.</summary>
    private void TryRemove(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(e, "The files of a deleted training run in {Folder} could not be removed", folder);
        }
    }

    /// <summary>One process a folder trains. Its name as a worker is the folder's, so that it is known again after a restart.</summary>
    private bool TryHold()
    {
        if (_hold is not null) return true;
        try
        {
            DurableFile.CreateDirectory(site.Folder);
            var hold = new FileStream(Path.Combine(site.Folder, HoldFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            using var reader = new StreamReader(hold, leaveOpen: true);
            var worker = reader.ReadToEnd();
            if (worker.Length != Guid.Empty.ToString("N").Length)
            {
                worker = Guid.NewGuid().ToString("N");
                hold.SetLength(0);
                hold.Write(System.Text.Encoding.ASCII.GetBytes(worker));
                hold.Flush(flushToDisk: true);
            }
            (_hold, _worker) = (hold, worker);
            return true;
        }
        catch (IOException e)
        {
            log.LogDebug(e, "Another process trains in this folder");
            return false;
        }
    }
}
