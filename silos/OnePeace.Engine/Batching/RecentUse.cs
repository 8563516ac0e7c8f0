namespace OnePeace.Engine.Batching;

/// <summary>How long each tenant had the device in the last one to two seconds. Guarded by its queue.</summary>
internal sealed class RecentUse(TimeProvider time)
{
    /// <summary>Where nobody had more than this share of what all had, it is a crowd of small tenants, who gain nothing by going before one another.</summary>
    private const double LoudShare = 0.25;

    /// <summary>Who had less than this share of what the loudest tenant had is quiet.</summary>
    private const double QuietShare = 0.75;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Spent> _tenants = new(StringComparer.Ordinal);
    private long _begun = time.GetTimestamp();
    private double? _quiet;

    /// <param name="tenant">Who had it.</param>
    /// <param name="duration">How long.</param>
    public void Add(string tenant, TimeSpan duration)
    {
        Turn();
        var spent = _tenants.GetValueOrDefault(tenant);
        _tenants[tenant] = spent with { Now = spent.Now + duration.TotalSeconds };
        _quiet = null;
    }

    /// <summary>Whether another tenant uses the device so much more that this one may go before it.</summary>
    public bool IsQuiet(string tenant)
    {
        Turn();
        return _tenants.GetValueOrDefault(tenant).All < (_quiet ??= MostOfQuiet());
    }

    /// <summary>Whether somebody is quiet of those who used the device at all.</summary>
    public bool HasQuiet()
    {
        Turn();
        return _tenants.Keys.Any(IsQuiet);
    }

    private double MostOfQuiet()
    {
        var loudest = _tenants.Values.Select(spent => spent.All).DefaultIfEmpty(0).Max();
        return loudest > LoudShare * _tenants.Values.Sum(spent => spent.All) ? QuietShare * loudest : 0;
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
            _quiet = null;
        }
    }

    /// <summary>Seconds in this period and in the one before.</summary>
    private readonly record struct Spent(double Now, double Before)
    {
        public double All => Now + Before;
    }
}
