using Orleans.Storage;

namespace OnePeace.Grains.Modalities;

/// <summary>Changes to stored state by compare-and-swap.</summary>
internal static class DurableState
{
    /// <summary>Writes what the change makes of the state; nothing where that is the same. Where another activation was faster, reads again and tries once more.</summary>
    public static async Task UpdateAsync<T>(IPersistentState<T> stored, Func<T, T> change) where T : class
    {
        while (true)
        {
            var before = stored.State;
            var after = change(before);
            if (ReferenceEquals(before, after)) return;
            try
            {
                stored.State = after;
                await stored.WriteStateAsync();
                return;
            }
            catch (InconsistentStateException)
            {
                await stored.ReadStateAsync();
            }
            catch
            {
                stored.State = before;
                throw;
            }
        }
    }
}
