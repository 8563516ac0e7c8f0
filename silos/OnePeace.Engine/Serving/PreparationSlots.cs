using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Serving;

/// <summary>How many inputs of one version are prepared at once, fair between tenants. Work that takes longer than it may gives its slot back and is counted until it returns.</summary>
internal sealed class PreparationSlots(int parallelism, VersionIdentity identity)
{
    private const int MostOverdue = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly TenantTurns _free = new(parallelism);
    private int _overdue;

    /// <summary>How long one input may take.</summary>
    public TimeSpan Patience { get; } =
        identity.Limits.PrepareSeconds < int.MaxValue / 1000 ? TimeSpan.FromSeconds(identity.Limits.PrepareSeconds) : Timeout.InfiniteTimeSpan;

    /// <summary>Inputs that still run although their time is over.</summary>
    public int Overdue => Volatile.Read(ref _overdue);

    /// <summary>Takes a slot when it is the tenant's turn; the caller begins its work and gives both to <see cref="HoldAsync"/>.</summary>
    /// <exception cref="EngineOverloadedException">Too many inputs never came back from the preprocessor.</exception>
    public async Task EnterAsync(string tenant, CancellationToken cancellation)
    {
        CheckOverdue();
        await _free.WaitAsync(tenant, cancellation).ConfigureAwait(false);
        try
        {
            CheckOverdue();
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    /// <summary>Keeps the slot while the work runs, but no longer than <see cref="Patience"/>.</summary>
    public async Task HoldAsync(Task work)
    {
        await work.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var overdue = !work.IsCompleted;
        if (overdue) Interlocked.Increment(ref _overdue);
        _free.Release();
        if (!overdue) return;
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _overdue);
    }

    private void CheckOverdue()
    {
        if (Overdue is > MostOverdue and var overdue)
            throw new EngineOverloadedException(Pause, $"{overdue} inputs of the modality '{identity.Name}' have not come back from its preprocessor within {identity.Limits.PrepareSeconds:0.#} seconds: it takes no more until some do. Attach a version that returns.");
    }
}
