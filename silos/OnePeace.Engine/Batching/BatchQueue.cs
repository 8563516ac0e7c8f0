namespace OnePeace.Engine.Batching;

/// <summary>
/// A queue bounded by cost and count, fair between tenants, from which batches are taken by cost budget. No thread and no timer of its own:
/// whoever can compute takes what is there.
/// </summary>
/// <remarks>
/// Fairness is by tokens: the tenant that had least of the device begins the batch, with the entry that is due first; whoever else rides along
/// pays for its own. A tenant that comes begins where those are that have waited all the time, so that it is next. Tenants that use little of
/// the device (<see cref="RecentUse"/>) have batches of their own, also in the middle of another one. Thread-safe.
/// </remarks>
public sealed class BatchQueue<T>(BatchLimits limits, TimeProvider time)
{
    /// <summary>An entry whose deadline is not this near waits for its turn like every other.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>So many batches' worth of entries around the first one's length are looked at.</summary>
    private const int Outlook = 4;

    /// <summary>Of many tenants that wait with inputs of other kinds each is asked in vain: a batch that could be larger matters less than those who wait for the answer.</summary>
    private const int MostAsked = 1_000;

    private readonly Lock _gate = new();
    private readonly WaitingTenants<T> _tenants = new(limits.MaxBatchTokens);
    private readonly QueueRoom _room = new(limits);
    private readonly DrainRate _drain = new(limits);
    private readonly RecentUse _use = new(time);
    private int _count;
    private long _tokens, _entries;
    private bool _wasQuiet;

    /// <summary>Entries that wait.</summary>
    public int Count { get { lock (_gate) return _count; } }

    /// <summary>Tokens that wait.</summary>
    public long Tokens { get { lock (_gate) return _tokens; } }

    /// <summary>Holds room for entries that are still to be prepared, so that an overload is known before anything is done.</summary>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="items">How many entries will come.</param>
    /// <param name="tokens">What they are expected to cost.</param>
    /// <param name="deadline">When nobody waits for them any more.</param>
    /// <exception cref="EngineOverloadedException">They do not fit, too much waits before them, or they would not be done in time. A request larger than the whole queue is let in when nothing else is.</exception>
    public Admission Admit(string tenant, int items, long tokens, DateTimeOffset deadline)
    {
        lock (_gate)
        {
            if (!_room.Fits(tenant, items, tokens)) throw new EngineOverloadedException(_drain.TimeFor(_room.Excess(items, tokens)));
            if (_drain.Wait(_room.Ahead(tenant, 0, 0)) is { } wait)
                throw new EngineOverloadedException(wait, $"What waits takes longer than the {limits.LongestWait.TotalSeconds:0.####} s that this server lets anything wait.");
            var ahead = _room.Ahead(tenant, items, tokens);
            if (!_room.IsEmpty && _drain.IsBeyond(deadline - time.GetUtcNow(), ahead)) throw new EngineOverloadedException(_drain.TimeFor(ahead));
            _room.Change(tenant, items, tokens);
        }
        return new Admission(items, tokens, (fewer, less) => Release(tenant, fewer, less));
    }

    /// <summary>Queues an entry in the room that its admission holds.</summary>
    public void Enqueue(QueueEntry<T> entry, Admission admission)
    {
        lock (_gate)
        {
            admission.ReleaseOne();
            var now = time.GetUtcNow();
            entry.QueuedAt = time.GetTimestamp();
            entry.Turn = (entry.Deadline - now < Patience ? entry.Deadline : now + Patience, _entries++);
            _tenants.Add(entry);
            Account(entry, 1);
        }
    }

    /// <summary>Takes an entry out because nobody waits for it any more. False if it has left already.</summary>
    public bool Remove(QueueEntry<T> entry)
    {
        lock (_gate)
        {
            if (!_tenants.Remove(entry)) return false;
            Account(entry, -1);
            return true;
        }
    }

    /// <summary>Takes the next batch, at once: whatever is there, up to the limits. Whoever takes one says with <see cref="RecordBatch"/> that it is done.</summary>
    public TakenBatch<T> Take()
    {
        lock (_gate)
        {
            var expired = RemoveAll([.. _tenants.Expired(time.GetUtcNow())]);
            _use.Forget();
            return _count == 0 ? new TakenBatch<T>([], expired) : TakeOf(QuietAreNext(), expired);
        }
    }

    /// <summary>Takes what may come in the middle of a batch that is computed: what quiet tenants have, unless it is quiet tenants' itself.</summary>
    /// <param name="running">The batch that makes way.</param>
    public TakenBatch<T> TakeBetween(TakenBatch<T> running)
    {
        lock (_gate)
        {
            _use.Forget();
            return !QuietWait() || running.Entries.All(entry => _use.IsQuiet(entry.Tenant)) ? new TakenBatch<T>([], []) : TakeOf(quiet: true, []);
        }
    }

    /// <summary>Empties the queue.</summary>
    public IReadOnlyList<QueueEntry<T>> Clear()
    {
        lock (_gate) return RemoveAll([.. _tenants.InTurn.SelectMany(tenant => tenant.Entries)]);
    }

    /// <summary>A batch is done.</summary>
    /// <param name="batch">What was taken.</param>
    /// <param name="duration">How long it took; null where not all of it was computed, so that it says nothing of how fast batches are.</param>
    public void RecordBatch(TakenBatch<T> batch, TimeSpan? duration)
    {
        lock (_gate)
        {
            _use.End(batch.Entries);
            if (duration is { } took) _drain.Record(batch.Tokens + batch.Padding, took);
        }
    }

    private void Release(string tenant, int items, long tokens)
    {
        lock (_gate) _room.Change(tenant, -items, -tokens);
    }

    private void Account(QueueEntry<T> entry, int sign)
    {
        _count += sign;
        _tokens += sign * entry.Tokens;
        _room.Change(entry.Tenant, sign, sign * entry.Tokens);
    }

    private TakenBatch<T> TakeOf(bool quiet, IReadOnlyList<QueueEntry<T>> expired)
    {
        var batch = new TakenBatch<T>(Choose(quiet), expired);
        _tenants.Charge(batch);
        RemoveAll(batch.Entries);
        _use.Begin(batch.Entries);
        return batch;
    }

    /// <summary>
    /// Whose entries may be in the next batch. Quiet tenants share none with others, so that they need not wait for all that those bring. They go
    /// first, but no two times running unless it is their turn: a flood is quiet too, for the moment that it begins.
    /// </summary>
    private bool QuietAreNext() => _wasQuiet = QuietWait() && (!_wasQuiet || _use.IsQuiet(_tenants.InTurn.First().Name));

    private bool QuietWait() => _use.Loud.Count > 0 && _tenants.Count > Loud().Count();

    private IEnumerable<TenantQueue<T>> Loud() => _use.Loud.Select(_tenants.Find).OfType<TenantQueue<T>>();

    /// <summary>Those who are quiet, or the others, in turn; where nobody is loud, the others are all.</summary>
    private IEnumerable<TenantQueue<T>> Tenants(bool quiet) =>
        quiet ? _tenants.InTurn.Where(IsQuiet) : _use.Loud.Count > 0 ? Loud().OrderBy(tenant => tenant.Turn) : _tenants.InTurn;

    private TenantQueue<T> First(bool quiet) => quiet || _use.Loud.Count == 0 ? _tenants.InTurn.First(tenant => IsQuiet(tenant) == quiet) : Loud().MinBy(tenant => tenant.Turn)!;

    private bool IsQuiet(TenantQueue<T> tenant) => _use.IsQuiet(tenant.Name);

    /// <summary>The batch around the first entry where all that is similar is cut into batches at the least cost.</summary>
    private IReadOnlyList<QueueEntry<T>> Choose(bool quiet)
    {
        var similar = Similar(First(quiet).First, Tenants(quiet), Outlook * limits.MaxBatchItems);
        var order = Enumerable.Range(0, similar.Count).OrderBy(i => similar[i].Tokens).ToArray();   // stable: of equal ones those first that are first in turn
        var cut = new CheapestCut(limits, Budget(quiet)).Around([.. order.Select(i => similar[i].Tokens)], Array.IndexOf(order, 0));
        return [.. order[cut].Order().Select(i => similar[i])];
    }

    /// <summary>Half as much where a quiet tenant would have to wait for a layer of it.</summary>
    private int Budget(bool quiet) => Math.Max(1, _drain.Budget() / (_use.HasQuiet && !quiet ? 2 : 1));

    /// <summary>The entry, and of each tenant in turn the one most similar to it; no more tenants are asked than it takes, and never more than <see cref="MostAsked"/>.</summary>
    private static List<QueueEntry<T>> Similar(QueueEntry<T> first, IEnumerable<TenantQueue<T>> tenants, int most)
    {
        var similar = new List<QueueEntry<T>> { first };
        var offers = new Queue<IEnumerator<QueueEntry<T>>>();
        foreach (var tenant in tenants.Take(MostAsked))
        {
            if (similar.Count >= most) return similar;
            Add(tenant.Offers(first).GetEnumerator());
        }
        while (similar.Count < most && offers.TryDequeue(out var next)) Add(next);
        return similar;

        void Add(IEnumerator<QueueEntry<T>> offer)
        {
            if (!offer.MoveNext()) return;
            similar.Add(offer.Current);
            offers.Enqueue(offer);
        }
    }

    private IReadOnlyList<QueueEntry<T>> RemoveAll(IReadOnlyList<QueueEntry<T>> entries)
    {
        foreach (var entry in entries) Remove(entry);
        return entries;
    }
}
