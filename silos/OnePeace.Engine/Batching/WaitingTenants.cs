namespace OnePeace.Engine.Batching;

/// <summary>The tenants that have entries in a queue, by name and by turn: whose turn it is and what has expired is known without a look at each. Guarded by its queue.</summary>
/// <param name="mostDebt">By so many tokens, at most, a tenant is behind those that have waited all the time.</param>
internal sealed class WaitingTenants<T>(long mostDebt)
{
    private static readonly IComparer<TenantQueue<T>> ByTurn = Comparer<TenantQueue<T>>.Create((a, b) => a.Turn.CompareTo(b.Turn));
    private static readonly IComparer<QueueEntry<T>> ByDeadline = Comparer<QueueEntry<T>>.Create((a, b) => (a.Deadline, a.Turn.Number).CompareTo((b.Deadline, b.Turn.Number)));

    private readonly Dictionary<string, TenantQueue<T>> _names = new(StringComparer.Ordinal);
    private readonly SortedSet<TenantQueue<T>> _turns = new(ByTurn);
    private readonly SortedSet<QueueEntry<T>> _deadlines = new(ByDeadline);
    private readonly Dictionary<string, double> _departed = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, double> _departures = new();   // also of those who came back since
    private long _newcomers;
    private double _served;

    public int Count => _names.Count;

    /// <summary>All of them, the one whose turn it is first.</summary>
    public IEnumerable<TenantQueue<T>> InTurn => _turns;

    /// <summary>The tenant, or null where nothing of it waits.</summary>
    public TenantQueue<T>? Find(string name) => _names.GetValueOrDefault(name);

    /// <summary>Entries past their deadline.</summary>
    public IEnumerable<QueueEntry<T>> Expired(DateTimeOffset now) => _deadlines.TakeWhile(entry => entry.Deadline <= now);

    public void Add(QueueEntry<T> entry)
    {
        if (!_names.TryGetValue(entry.Tenant, out var tenant))
        {
            _names[entry.Tenant] = tenant = new TenantQueue<T>(entry.Tenant, _newcomers++, Returning(entry.Tenant));
            _turns.Add(tenant);
        }
        tenant.Add(entry);
        _deadlines.Add(entry);
    }

    /// <summary>False if it is not there any more.</summary>
    public bool Remove(QueueEntry<T> entry)
    {
        if (!_names.TryGetValue(entry.Tenant, out var tenant) || !tenant.Remove(entry)) return false;
        _deadlines.Remove(entry);
        if (tenant.IsEmpty) Depart(tenant);
        return true;
    }

    /// <summary>Everybody pays for its own entries. Debt has an end: capacity that nobody else wanted is not held against anyone for long.</summary>
    /// <param name="batch">Of tenants that are still here.</param>
    public void Charge(TakenBatch<T> batch)
    {
        _served += (double)batch.Tokens / _names.Count;
        foreach (var entries in batch.Entries.GroupBy(entry => entry.Tenant, StringComparer.Ordinal))
        {
            var tenant = _names[entries.Key];
            _turns.Remove(tenant);
            tenant.Serve(entries.Sum(entry => (long)entry.Tokens), most: _served + mostDebt);
            _turns.Add(tenant);
        }
        _served = Math.Min(_served, _turns.Max!.Turn.Served);   // a share of what some had who came and left again is nobody's
        while (_departures.TryPeek(out var name, out var served) && served <= _served)
        {
            _departures.Dequeue();
            if (_departed.TryGetValue(name, out var latest) && latest <= _served) _departed.Remove(name);
        }
    }

    /// <summary>What a tenant has had more than others is not forgotten when it leaves for a moment, as callers that wait for their answers do all the time.</summary>
    private void Depart(TenantQueue<T> tenant)
    {
        _names.Remove(tenant.Name);
        _turns.Remove(tenant);
        if (_names.Count == 0)   // nobody is there to whom it would matter
        {
            _departed.Clear();
            _departures.Clear();
        }
        else if (tenant.Turn.Served > _served)
        {
            _departed[tenant.Name] = tenant.Turn.Served;
            _departures.Enqueue(tenant.Name, tenant.Turn.Served);
        }
    }

    private double Returning(string tenant) => _departed.Remove(tenant, out var served) ? Math.Max(served, _served) : _served;
}
