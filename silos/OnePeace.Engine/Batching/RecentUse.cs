namespace OnePeace.Engine.Batching;

/// <summary>
/// How many tokens of each tenant were computed in the last one to two seconds or are computed now, and so who is quiet: whoever had far less
/// than the loudest. Guarded by its queue.
/// </summary>
/// <remarks>Tokens and not time: an input alone takes several times as long as in a batch, which would make a quiet tenant loud for being served alone.</remarks>
internal sealed class RecentUse(TimeProvider time)
{
    /// <summary>Where nobody had more than this share of what all had, it is a crowd of small tenants, who gain nothing by going before one another.</summary>
    private const double LoudShare = 0.25;

    /// <summary>Who had less than this share of what the loudest tenant had is quiet. Far below what chance makes of equals.</summary>
    private const double QuietShare = 1.0 / 3;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Spent> _tenants = new(StringComparer.Ordinal);
    private long _begun = time.GetTimestamp();
    private HashSet<string>? _loud;

    /// <summary>Who uses the device so much more than others that those go first; nobody in a crowd of equals, and never more than a dozen.</summary>
    public IReadOnlySet<string> Loud => _loud ??= FindLoud();

    /// <summary>Whether somebody is quiet of those who used the device at all.</summary>
    public bool HasQuiet => Loud.Count > 0 && _tenants.Count > Loud.Count;

    /// <summary>A batch is begun: as long as it is computed its tokens count, however long that takes.</summary>
    public void Begin<T>(IEnumerable<QueueEntry<T>> batch) => Change(batch, (spent, tokens) => spent with { Running = spent.Running + tokens });

    /// <summary>What <see cref="Begin"/> began is done.</summary>
    public void End<T>(IEnumerable<QueueEntry<T>> batch) => Change(batch, (spent, tokens) => spent with { Running = spent.Running - tokens, Now = spent.Now + tokens });

    /// <summary>Whether another tenant uses the device so much more that this one may go before it.</summary>
    public bool IsQuiet(string tenant) => Loud.Count > 0 && !Loud.Contains(tenant);

    /// <summary>Forgets what is too long ago. Before questions that belong together, whose answers do not change in between.</summary>
    public void Forget()
    {
        for (var periods = Math.Min(2, (int)(time.GetElapsedTime(_begun) / Period)); periods > 0; periods--)
        {
            foreach (var (name, spent) in _tenants.ToList())
            {
                if (spent.Now + spent.Running > 0) _tenants[name] = spent with { Now = 0, Before = spent.Now };
                else _tenants.Remove(name);
            }
            _begun = time.GetTimestamp();
            _loud = null;
        }
    }

    private void Change<T>(IEnumerable<QueueEntry<T>> batch, Func<Spent, long, Spent> change)
    {
        foreach (var entry in batch) _tenants[entry.Tenant] = change(_tenants.GetValueOrDefault(entry.Tenant), entry.Tokens);
        _loud = null;
    }

    private HashSet<string> FindLoud()
    {
        var (loudest, all) = (0L, 0L);
        foreach (var spent in _tenants.Values) (loudest, all) = (Math.Max(loudest, spent.All), all + spent.All);
        IEnumerable<string> loud = loudest > LoudShare * all ? _tenants.Where(tenant => tenant.Value.All >= QuietShare * loudest).Select(tenant => tenant.Key) : [];
        return loud.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Tokens that are computed, that were in this period, and in the one before.</summary>
    private readonly record struct Spent(long Running, long Now, long Before)
    {
        public long All => Running + Now + Before;
    }
}
