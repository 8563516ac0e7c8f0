using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Runs;
using OnePeace.Files;

namespace OnePeace.Grains.Runs;

/// <summary>Takes up the runs that should run, one at a time, and removes the files of deleted ones. Where a process died, the next one on the same folder goes on at once.</summary>
public sealed class RunReconciler(IGrainFactory grains, string core, RunSite site, IRunTrainer trainer, ILogger<RunReconciler> log) : IDisposable
{
    private const string HoldFile = "worker";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private FileStream? _hold;
    private string _worker = "";

    /// <summary>Goes on until cancelled, and ends only after the run under way has stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
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
    }

    public void Dispose() => _hold?.Dispose();

    /// <returns>Whether there was something to do.</returns>
    private async Task<bool> PassAsync(CancellationToken stopping)
    {
        var catalogue = grains.GetRunCatalogue(core);
        foreach (var id in await catalogue.DeletedAsync())
        {
            if (Directory.Exists(site.FolderOf(id))) Directory.Delete(site.FolderOf(id), recursive: true);
        }
        foreach (var id in await catalogue.OpenAsync())
        {
            var grain = grains.GetTrainingRun(core, id);
            if (await grain.TakeAsync(_worker) is not { } lease) continue;
            if (site.DataOf(lease.Order.Data) is { } data)
                await new RunWork(grain, new RunTask(id, lease.Order, site.FolderOf(id), data), lease, trainer, log).RunAsync(stopping);
            else
                await grain.ReportAsync(new RunReport(lease.Fence) { Outcome = new RunOutcome(RunState.Failed) { Reason = "This server has no training data any more: start it with --training-data DIR." } });
            return true;
        }
        return false;
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
            _worker = reader.ReadToEnd();
            if (_worker.Length != Guid.Empty.ToString("N").Length)
            {
                _worker = Guid.NewGuid().ToString("N");
                hold.SetLength(0);
                hold.Write(System.Text.Encoding.ASCII.GetBytes(_worker));
                hold.Flush(flushToDisk: true);
            }
            _hold = hold;
            return true;
        }
        catch (IOException e)
        {
            log.LogDebug(e, "Another process trains in this folder");
            return false;
        }
    }
}
