using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnePeace.Engine;
using OnePeace.Grains.Modalities;
using OnePeace.Grains.Runs;
using OnePeace.Grains.Transformers;

namespace OnePeace.Silo;

/// <summary>Loads the engine when the host starts, closes it to new work when the host stops, and frees it at the end.</summary>
internal sealed class EngineService(
    SiloOptions options, EngineSeat seat, ModalityReconciler reconciler, PackageSweep sweep, RunReconciler runs, IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<EngineService> log) : BackgroundService
{
    private IEncodingEngine? _engine;
    private Task _training = Task.CompletedTask;

    public override Task StartAsync(CancellationToken cancellation)
    {
        lifetime.ApplicationStopping.Register(seat.Drain);   // before the web server waits for its last requests
        return base.StartAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            _engine = await options.LoadEngine(services, stopping);
            if (_engine.Packages is { } packages)
            {
                await TryAsync(() => reconciler.StartAsync(packages, stopping), "Attaching what was attached before", stopping);
                await TryAsync(() => sweep.RunAsync(options.UploadGrace), "Sweeping the packages that no modality names", stopping);
            }
            if (seat.Occupy(_engine)) Tell(_engine.Describe());
            _training = Task.Run(() => runs.RunAsync(lifetime.ApplicationStopping), CancellationToken.None);
            await Task.WhenAny(WatchAsync(_engine, stopping), ReconcileAsync(_engine, stopping)).Unwrap();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            log.LogInformation("Stopping");
        }
        catch (Exception e)
        {
            seat.Fail(e);
            log.LogCritical(e, "The model cannot be served");
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    private void Tell(EngineDescription serving)
    {
        if (serving.Slowness is { } reason) log.LogWarning("{Model} is served more slowly than this machine could: {Reason}", serving.Model, reason);
        log.LogInformation("Serving {Model}", serving.Model);
    }

    /// <summary>What the model serves without.</summary>
    private async Task TryAsync(Func<Task> step, string what, CancellationToken stopping)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning(e, "{What} failed; the model is served all the same", what);
        }
    }

    /// <summary>Returns never: a device that is lost ends the process, so that whoever supervises it starts a sound one.</summary>
    private static async Task WatchAsync(IEncodingEngine engine, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (!engine.Healthy)
                throw new EngineUnavailableException("The device is lost; the process ends.");
        }
    }

    private Task ReconcileAsync(IEncodingEngine engine, CancellationToken stopping) =>
        engine.Packages is null ? Task.Delay(Timeout.Infinite, stopping) : reconciler.RunAsync(stopping);

    public override async Task StopAsync(CancellationToken cancellation)
    {
        await base.StopAsync(cancellation);
        if (!await HasTrainedAsync(cancellation)) return;   // a step that computes with the engine's core is left to the end of the process, and so is the engine
        if (_engine is IAsyncDisposable engine)
            await engine.DisposeAsync().AsTask().WaitAsync(options.DrainTimeout, cancellation);
        else
            (_engine as IDisposable)?.Dispose();
    }

    private async Task<bool> HasTrainedAsync(CancellationToken cancellation)
    {
        await _training.WaitAsync(options.DrainTimeout, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _training.IsCompleted;
    }
}
