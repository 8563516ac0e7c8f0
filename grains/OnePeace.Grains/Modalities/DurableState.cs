using Orleans.Storage;

namespace OnePeace.Grains.Modalities;

/// <summary>Stored state that changes by compare-and-swap. Readers see only what is stored.</summary>
internal sealed class DurableState<T>(IPersistentState<T> stored) where T : class
{
    private T? _current;

    public T Current => _current ?? stored.State;

    /// <summary>Writes what the change makes of the state; nothing where that is the same. Where another activation was faster, reads again and tries once more.</summary>
    public async Task UpdateAsync(Func<T, T> change)
    {
        while (true)
        {
            var before = _current ??= stored.State;
            var after = change(before);
            if (ReferenceEquals(before, after)) return;
            if (await TryWriteAsync(before, after)) return;
            await stored.ReadStateAsync();
            _current = stored.State;
        }
    }

    private async Task<bool> TryWriteAsync(T before, T after)
    {
        try
        {
            stored.State = after;
            await stored.WriteStateAsync();
            _current = after;
            return true;
        }
        catch (InconsistentStateException)
        {
            stored.State = before;
            return false;
        }
        catch
        {
            stored.State = before;
            throw;
        }
    }
}
