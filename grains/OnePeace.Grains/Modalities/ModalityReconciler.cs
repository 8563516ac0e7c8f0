using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Modalities;
using OnePeace.Engine.Hosting;

namespace OnePeace.Grains.Modalities;

/// <summary>Brings one replica's engine to what the modalities' grains want, at the start, when told of a change, and every few seconds; and reports.</summary>
/// <remarks>Each modality is reconciled on its own, so that one whose plugin hangs holds up nobody.</remarks>
public sealed class ModalityReconciler(IGrainFactory grains, string core, TimeProvider time, ILogger<ModalityReconciler> log) : IReplicaObserver
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3), WhileDraining = TimeSpan.FromMilliseconds(50);

    private readonly string _replica = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, ModalityReconciliation> _modalities = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<IModalityHost> _host = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReplicaObserver? _reference;

    public Task ChangedAsync(string name)
    {
        if (_host.Task.IsCompletedSuccessfully) _ = ReconcileAsync(name);
        return Task.CompletedTask;
    }

    /// <summary>The first pass: attaches what was attached before this process began. What cannot be attached is reported, and stands in nobody's way.</summary>
    public async Task StartAsync(IModalityHost host, CancellationToken cancellation)
    {
        _host.TrySetResult(host);
        _reference = grains.CreateObjectReference<IReplicaObserver>(this);
        await PassAsync().WaitAsync(cancellation);
    }

    /// <summary>Goes on until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(cancellation)) await PassAsync();
    }

    private async Task PassAsync()
    {
        try
        {
            await grains.GetModalityCatalogue(core).JoinAsync(_replica, _reference!);
            var names = await grains.GetModalityCatalogue(core).NamesAsync();
            await Task.WhenAll(names.Select(ReconcileAsync));
        }
        catch (Exception e)
        {
            log.LogWarning(e, "The modalities could not be reconciled; the next pass tries again");
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
                var host = await _host.Task;
                await modality.RunAsync(grains.GetModality(core, name), host, log);
                while (modality.IsDraining(host))
                {
                    await Task.Delay(WhileDraining);
                    await modality.ReportAsync(grains.GetModality(core, name), host);
                }
            }
            catch (Exception e)
            {
                log.LogWarning(e, "The modality {Modality} could not be reconciled; the next pass tries again", name);
            }
        }
        while (modality.TryAgain());
    }
}
