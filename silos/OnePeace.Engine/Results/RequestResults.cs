using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Results;

/// <summary>What of one request is known from before, and what is to be kept of it.</summary>
internal sealed class RequestResults
{
    /// <summary>Hashing more is work for the thread pool: whoever asks may have a thread that others wait for.</summary>
    private const long LittleBytes = 64 << 10;

    private readonly ResultCache _cache;
    private readonly ResultKey[] _keys;

    private RequestResults(ResultCache cache, ResultKey[] keys) => (_cache, _keys) = (cache, keys);

    /// <param name="cache">Where results are kept.</param>
    /// <param name="engine">As <see cref="ResultKey.Of"/>.</param>
    /// <param name="work">Whose items.</param>
    /// <param name="versions">Leased while this runs.</param>
    /// <returns>Null where nothing of this work may be kept.</returns>
    public static async ValueTask<RequestResults?> OfAsync(ResultCache cache, string engine, EncodeWork work, VersionLeases versions)
    {
        if (!cache.Keeps || !work.KeepsResults) return null;
        var isLittle = work.Items.Sum(item => item.Parts.Sum(part => (long)part.Bytes.Length)) <= LittleBytes;
        return new RequestResults(cache, isLittle ? Keys() : await Task.Run(Keys).ConfigureAwait(false));

        ResultKey[] Keys() => [.. work.Items.Select(item => ResultKey.Of(engine, work.Tenant, item, versions))];
    }

    /// <summary>The item's vector from before, or null.</summary>
    public Embedding? Find(int item) => _cache.Find(_keys[item]);

    public void Keep(int item, Embedding result) => _cache.Keep(_keys[item], result);
}
