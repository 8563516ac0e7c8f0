namespace OnePeace.Training.Data;

/// <summary>Reads a data set's files: a read that fails is tried once more, so that a moment's trouble makes no pair bad.</summary>
internal static class StoredBytes
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="path">The file that is read, for messages.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LostDataException">It cannot be read; nothing is said of its pairs.</exception>
    public static async Task<T> ReadAsync<T>(string path, Func<Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (IsTrouble(e))
        {
            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (IsTrouble(e))
        {
            throw LostDataException.Of(path, e);
        }
    }

    private static bool IsTrouble(Exception e) => e is IOException or UnauthorizedAccessException;
}
