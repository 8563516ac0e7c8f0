namespace OnePeace.Cli;

/// <summary>What a user names as a model: a model directory or an official checkpoint.</summary>
internal static class ModelPath
{
    /// <exception cref="BadInputException">There is nothing of this name.</exception>
    public static void Check(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new BadInputException($"{path}: there is no such model directory or checkpoint.");
    }

    public static Task<TempEngine> LoadEngineAsync(string path, string device, CancellationToken cancellation)
    {
        Check(path);
        throw new NotSupportedException();
    }
}
internal abstract class TempEngine : OnePeace.Engine.IEncodingEngine, IAsyncDisposable
{
    public abstract OnePeace.Engine.EngineDescription Describe();
    public abstract ValueTask DisposeAsync();
    public abstract Task<IReadOnlyList<OnePeace.Engine.Embedding>> EncodeAsync(OnePeace.Engine.EncodeWork work, CancellationToken cancellation);
}
