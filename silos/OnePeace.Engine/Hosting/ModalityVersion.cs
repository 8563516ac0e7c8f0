using OnePeace.Engine.Residency;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;

namespace OnePeace.Engine.Hosting;

/// <summary>What names a version and what everybody may know of it.</summary>
/// <param name="Hash">SHA-256 of its package, or of its plugin where it belongs to the model.</param>
internal sealed record VersionIdentity(string Name, string Version, string Hash, IReadOnlyList<string> MediaTypes)
{
    public InputLimits Limits { get; init; } = new() { MaxInputBytes = long.MaxValue, PrepareSeconds = double.MaxValue };

    /// <summary>False for a package.</summary>
    public bool IsOfModel { get; init; } = true;

    /// <summary>No input may become more tokens.</summary>
    public int MostTokens { get; init; } = int.MaxValue;
}

/// <summary>
/// One version of a modality inside an engine. Whoever uses it leases it; once it is retired and its last lease is over, its weights leave
/// the device and <c>unload</c> is called, once.
/// </summary>
internal sealed class ModalityVersion
{
    private readonly DeviceResidency _residency;
    private readonly TaskCompletionSource _unloaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IPreprocessor? _preprocessor;
    private Action? _unload;
    private int _leases = 1;   // its own, until it is retired
    private int _retired;

    /// <param name="identity">What it is.</param>
    /// <param name="preprocessor">Its preprocessor; disposed at the end if it can be.</param>
    /// <param name="seat">Where its weights go.</param>
    /// <param name="residency">Who fills the seat.</param>
    /// <param name="parallelism">How many of its inputs are prepared at once.</param>
    /// <param name="unload">Lets the plugin go.</param>
    public ModalityVersion(VersionIdentity identity, IPreprocessor preprocessor, ModalitySeat seat, DeviceResidency residency, int parallelism, Action? unload = null)
    {
        Identity = identity;
        Seat = seat;
        Slots = new(parallelism, identity);
        _preprocessor = preprocessor;
        _residency = residency;
        _unload = unload;
    }

    public VersionIdentity Identity { get; }

    public string Name => Identity.Name;

    public ModalitySeat Seat { get; }

    /// <summary>Bounds the work of its preprocessor, so that one that hangs stands in nobody else's way.</summary>
    public PreparationSlots Slots { get; }

    /// <summary>For whoever holds a lease.</summary>
    public IPreprocessor Preprocessor => _preprocessor ?? throw new ObjectDisposedException($"{Name} {Identity.Version}");

    /// <summary>Completes when nothing of it is in use any more.</summary>
    public Task Unloaded => _unloaded.Task;

    /// <summary>False where it is gone already.</summary>
    public bool TryLease()
    {
        for (var leases = Volatile.Read(ref _leases); leases > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (seen == leases) return true;
            leases = seen;
        }
        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) == 0) ThreadPool.UnsafeQueueUserWorkItem(static version => _ = version.UnloadAsync(), this, preferLocal: false);
    }

    /// <summary>Takes no new users; those that it has finish.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0) Release();
    }

    private async Task UnloadAsync()
    {
        try
        {
            await _residency.CloseAsync(Seat).ConfigureAwait(false);
            LetGo();
            _unloaded.SetResult();
        }
        catch (Exception e)
        {
            _unloaded.SetException(e);
        }
    }

    private void LetGo()
    {
        try
        {
            (_preprocessor as IDisposable)?.Dispose();
        }
        finally
        {
            _preprocessor = null;
            Interlocked.Exchange(ref _unload, null)?.Invoke();
        }
    }
}
