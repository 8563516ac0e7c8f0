namespace OnePeace.Engine.Batching;

/// <summary>What waits or is admitted to wait, in all and by tenant. Guarded by its queue.</summary>
internal sealed class QueueRoom(BatchLimits limits)
{
    /// <summary>Where each tenant may fill its share, although others have filled the queue, there is an end to it.</summary>
    private const int Stretch = 2;

    private readonly Dictionary<string, QueueLoad> _tenants = new(StringComparer.Ordinal);
    private QueueLoad _all;

    public bool IsEmpty => _all.Items == 0;

    /// <summary>Whether so much more fits: into the queue, or into the tenant's share of it.</summary>
    public bool Fits(string tenant, int items, long tokens)
    {
        var all = _all.With(items, tokens);
        if (IsEmpty || all.IsWithin(limits.MaxQueuedItems, limits.MaxQueuedTokens)) return true;
        var own = _tenants.GetValueOrDefault(tenant);
        var tenants = _tenants.Count + (own.Items == 0 ? 1 : 0);
        return own.With(items, tokens).IsWithin(limits.MaxQueuedItems / tenants, limits.MaxQueuedTokens / tenants)
            && all.IsWithin(limits.MaxQueuedItems * Stretch, limits.MaxQueuedTokens * Stretch);
    }

    /// <summary>Takes room, or gives it back where the numbers are negative.</summary>
    public void Change(string tenant, int items, long tokens)
    {
        _all = _all.With(items, tokens);
        var own = _tenants.GetValueOrDefault(tenant).With(items, tokens);
        if (own.Items == 0) _tenants.Remove(tenant);
        else _tenants[tenant] = own;
    }

    /// <summary>What must be done before there is room for so much more.</summary>
    public QueueLoad Excess(int items, long tokens)
    {
        var all = _all.With(items, tokens);
        var (each, surplus) = (all.Tokens / Math.Max(1, all.Items), Math.Max(0, all.Items - limits.MaxQueuedItems));
        return new QueueLoad(surplus, Math.Max(all.Tokens - limits.MaxQueuedTokens, surplus * each));
    }

    /// <summary>What is done before the last of so much more of this tenant's, where tenants take turns.</summary>
    public QueueLoad Ahead(string tenant, int items, long tokens)
    {
        var (own, all) = (_tenants.GetValueOrDefault(tenant).With(items, tokens), _all.With(items, tokens));
        var tenants = _tenants.ContainsKey(tenant) ? _tenants.Count : _tenants.Count + 1;
        return new QueueLoad(Math.Min(all.Items, own.Items * tenants), Math.Min(all.Tokens, own.Tokens * tenants));
    }
}
