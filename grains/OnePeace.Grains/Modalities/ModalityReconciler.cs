using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Modalities;
using OnePeace.Engine.Hosting;

namespace OnePeace.Grains.Modalities;

/// <summary>Brings one replica's engine to what the modalities' grains want, at the start, when told of a change, and every few seconds; and reports.</summary>
/// <remarks>Each modality is reconciled on its own, so that one whose plugin hangs holds up nobody.</remarks>
public sealed class ModalityReconciler(IGrainFactory grains, string core, TimeProvider time, ILogger<ModalityReconciler> log) : IReplicaObserver
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3), LongestStart = TimeSpan.FromSeconds(60);

    private readonly string _replica = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, ModalityReconciliation> _modalities = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<IModalityHost> _host = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReplicaObserver? _reference;

    public Task ChangedAsync(string name)
    {
        if (_host.Task.IsCompletedSuccessfully) _ = ReconcileAsync(name);
        return Task.CompletedTask;
    }

    /// <summary>The first pass: attaches what was attached before this process began. What cannot be attached is reported; what takes long goes on by itself.</summary>
    /// <param name="cancellation">Ends also the membership among the replicas.</param>
    public async Task StartAsync(IModalityHost host, CancellationToken cancellation)
    {
        _host.TrySetResult(host);
        await JoinAsync();
        _ = StayAsync(cancellation);
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _ = RunAsync(starting.Token);   // what changes meanwhile does not wait
        try
        {
            await Task.WhenAll(await PassAsync()).WaitAsync(LongestStart, cancellation);
        }
        catch (TimeoutException)
        {
            log.LogWarning("Not every modality is attached after {Seconds} s; the server starts, and they come when they are ready", LongestStart.TotalSeconds);
        }
        finally
        {
            await starting.CancelAsync();
        }
    }

    /// <summary>Goes on until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(cancellation)) await PassAsync();
    }

    /// <summary>On a timer of its own: a replica counts as there whatever its reconciliations wait for.</summary>
    private async Task StayAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(cancellation)) await JoinAsync();
    }

    private async Task JoinAsync()
    {
        try
        {
            _reference ??= grains.CreateObjectReference<IReplicaObserver>(this);
            await grains.GetModalityCatalogue(core).JoinAsync(_replica, _reference);
        }
        catch (Exception e)
        {
            log.LogWarning(e, "This replica could not join the others; it tries again in seconds");
        }
    }

    /// <summary>Begins with every modality that is not under way.</summary>
    private async Task<IReadOnlyList<Task>> PassAsync()
    {
        try
        {
            var names = await grains.GetModalityCatalogue(core).NamesAsync();
            return [.. names.Select(ReconcileAsync)];
        }
        catch (Exception e)
        {
            log.LogWarning(e, "The modalities could not be reconciled; the next pass tries again");
            return [];
        }
    }

    private async Task ReconcileAsync(string name)
    {
        var modality = _modalities.GetOrAdd(name, n => new ModalityReconciliation(n, _replica, time));
        if (!modality.TryBegin()) return;
        do
        {
            try
            {
                var (grain, host) = (grains.GetModality(core, name), await _host.Task);
                await modality.RunAsync(grain, host, log);
                await modality.DrainAsync(grain, host);
            }
            catch (Exception e)
            {
                log.LogWarning(e, "The modality {Modality} could not be reconciled; the next pass tries again", name);
            }
        }
        while (modality.TryAgain());
    }
}
