namespace OnePeace.Engine.Batching;

/// <summary>How long each tenant had the device in the last five to ten seconds. Guarded by its queue.</summary>
internal sealed class RecentUse(TimeProvider time)
{
    /// <summary>A tenant that had less than this share of what each would have if all had as much is quiet. What quiet tenants have, all together, is less than this share of everything.</summary>
    private const double QuietShare = 0.5;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Spent> _tenants = new(StringComparer.Ordinal);
    private long _begun = time.GetTimestamp();
    private double _all;

    /// <param name="tenant">Who had it.</param>
    /// <param name="duration">How long.</param>
    public void Add(string tenant, TimeSpan duration)
    {
        Turn();
        var spent = _tenants.GetValueOrDefault(tenant);
        _tenants[tenant] = spent with { Now = spent.Now + duration.TotalSeconds };
        _all += duration.TotalSeconds;
    }

    /// <summary>Whether others use the device so much more that this one may go before them; false while nobody used it.</summary>
    public bool IsQuiet(string tenant)
    {
        Turn();
        return _tenants.GetValueOrDefault(tenant).All < QuietShare * _all / _tenants.Count;
    }

    private void Turn()
    {
        for (var periods = Math.Min(2, (int)(time.GetElapsedTime(_begun) / Period)); periods > 0; periods--)
        {
            foreach (var (name, spent) in _tenants.ToList())
            {
                if (spent.Now > 0) _tenants[name] = new Spent(0, spent.Now);
                else _tenants.Remove(name);
            }
            _begun = time.GetTimestamp();
            _all = _tenants.Values.Sum(spent => spent.All);
        }
    }

    /// <summary>Seconds in this period and in the one before.</summary>
    private readonly record struct Spent(double Now, double Before)
    {
        public double All => Now + Before;
    }
}
