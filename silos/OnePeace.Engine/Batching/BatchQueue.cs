namespace OnePeace.Engine.Batching;

/// <summary>
/// A queue bounded by cost and count, fair between tenants, from which batches are taken by cost budget. No thread and no timer of its own:
/// whoever can compute takes what is there.
/// </summary>
/// <remarks>
/// Fairness is deficit round robin by tokens: the tenant at the head begins a batch with its oldest entry while its credit lasts, earns a
/// batch's worth and goes to the back. The batch is filled from all tenants in turn, and each pays for its own. Thread-safe.
/// </remarks>
public sealed class BatchQueue<T>(BatchLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TenantQueue<T>> _ring = [];
    private readonly Dictionary<string, TenantQueue<T>> _tenants = new(StringComparer.Ordinal);
    private readonly DrainRate _drain = new(limits.Consumers);
    private int _count, _heldItems;
    private long _tokens, _heldTokens;

    /// <summary>Entries that wait.</summary>
    public int Count
    {
        get { lock (_gate) return _count; }
    }

    /// <summary>Tokens that wait.</summary>
    public long Tokens
    {
        get { lock (_gate) return _tokens; }
    }

    /// <summary>Holds room for entries that are still to be prepared, so that an overload is known before anything is done.</summary>
    /// <param name="items">How many entries will come.</param>
    /// <param name="tokens">What they are expected to cost.</param>
    /// <exception cref="EngineOverloadedException">They do not fit. A request larger than the whole queue is let in when nothing else is.</exception>
    public Admission Admit(int items, long tokens)
    {
        lock (_gate)
        {
            var (allItems, allTokens) = (_count + _heldItems + items, _tokens + _heldTokens + tokens);
            var isIdle = _count + _heldItems == 0;
            if (!isIdle && (allItems > limits.MaxQueuedItems || allTokens > limits.MaxQueuedTokens))
                throw new EngineOverloadedException(_drain.TimeFor(TokensAhead(allItems, allTokens)));
            _heldItems += items;
            _heldTokens += tokens;
        }
        return new Admission(items, tokens, Release);
    }

    /// <summary>Queues an entry in the room that its admission holds.</summary>
    public void Enqueue(QueueEntry<T> entry, Admission admission)
    {
        lock (_gate)
        {
            admission.ReleaseOne();
            if (!_tenants.TryGetValue(entry.Tenant, out var tenant))
                _ring.AddLast(_tenants[entry.Tenant] = tenant = new TenantQueue<T>(entry.Tenant));
            entry.QueuedAt = time.GetTimestamp();
            tenant.Add(entry);
            _count++;
            _tokens += entry.Tokens;
        }
    }

    /// <summary>Takes an entry out because nobody waits for it any more. False if it has left already.</summary>
    public bool Remove(QueueEntry<T> entry)
    {
        lock (_gate)
        {
            if (!_tenants.TryGetValue(entry.Tenant, out var tenant) || !tenant.Remove(entry)) return false;
            _count--;
            _tokens -= entry.Tokens;
            if (tenant.IsEmpty)
            {
                _tenants.Remove(tenant.Name);
                _ring.Remove(tenant);
            }
            return true;
        }
    }

    /// <summary>Takes the next batch, at once: whatever is there, up to the limits.</summary>
    public TakenBatch<T> Take()
    {
        lock (_gate)
        {
            var expired = RemoveAll(Expired());
            if (_ring.Count == 0) return new TakenBatch<T>([], expired);
            var entries = Fill(NextFirst());
            foreach (var entry in entries) _tenants[entry.Tenant].Pay(entry.Tokens, limits.MaxBatchTokens);
            return new TakenBatch<T>(RemoveAll(entries), expired);
        }
    }

    /// <summary>Empties the queue.</summary>
    public IReadOnlyList<QueueEntry<T>> Clear()
    {
        lock (_gate) return RemoveAll([.. _ring.SelectMany(tenant => tenant.Entries)]);
    }

    /// <summary>Learns how fast batches are computed.</summary>
    public void RecordBatch(long tokens, TimeSpan duration)
    {
        lock (_gate) _drain.Record(tokens, duration);
    }

    private void Release(int items, long tokens)
    {
        lock (_gate)
        {
            _heldItems -= items;
            _heldTokens -= tokens;
        }
    }

    /// <summary>How many tokens must be done before there is room.</summary>
    private long TokensAhead(int allItems, long allTokens)
    {
        var perItem = allTokens / Math.Max(1, allItems);
        return Math.Max(allTokens - limits.MaxQueuedTokens, (allItems - limits.MaxQueuedItems) * perItem);
    }

    private QueueEntry<T> NextFirst()
    {
        while (true)
        {
            var place = _ring.First!;
            var tenant = place.Value;
            if (tenant.Credit >= tenant.Oldest.Tokens) return tenant.Oldest;
            tenant.Earn(limits.MaxBatchTokens);
            _ring.Remove(place);
            _ring.AddLast(place);
        }
    }

    /// <summary>One entry of each tenant in turn, until the batch is full or nothing more fits.</summary>
    private IReadOnlyList<QueueEntry<T>> Fill(QueueEntry<T> first)
    {
        var plan = new BatchPlan<T>(limits, first);
        var offers = new Queue<Queue<QueueEntry<T>>>(_ring.Select(tenant => new Queue<QueueEntry<T>>(tenant.Offers(first))));
        while (!plan.IsFull && offers.TryDequeue(out var tenant))
        {
            var added = false;
            while (!added && tenant.TryDequeue(out var entry)) added = plan.TryAdd(entry);
            if (added) offers.Enqueue(tenant);
        }
        return plan.Entries;
    }

    private List<QueueEntry<T>> Expired()
    {
        var now = time.GetUtcNow();
        return [.. _ring.SelectMany(tenant => tenant.Entries).Where(e => e.Deadline <= now)];
    }

    private IReadOnlyList<QueueEntry<T>> RemoveAll(IReadOnlyList<QueueEntry<T>> entries)
    {
        foreach (var entry in entries) Remove(entry);
        return entries;
    }
}
