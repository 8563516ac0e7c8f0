using System.Collections.Immutable;

namespace OnePeace.Engine.Hosting;

/// <summary>Which version of each modality requests go to. A request keeps the versions that it found when it came. Thread-safe.</summary>
internal sealed class ModalityTable
{
    private ImmutableSortedDictionary<string, ModalityVersion> _serving = ImmutableSortedDictionary.Create<string, ModalityVersion>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, ModalityVersion> Serving => Volatile.Read(ref _serving);

    /// <summary>Sends requests to a version from now on.</summary>
    /// <returns>The version they went to before, or null; the caller retires it.</returns>
    public ModalityVersion? Serve(ModalityVersion version) => Swap(all => all.SetItem(version.Name, version), version.Name);

    /// <summary>Sends no requests to this version any more; false where they did not go there.</summary>
    public bool Remove(ModalityVersion version)
    {
        while (true)
        {
            var before = Serving;
            if (before.GetValueOrDefault(version.Name) != version) return false;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _serving, before.Remove(version.Name), before), before)) return true;
        }
    }

    /// <summary>Leases the versions of all these modalities that serve now.</summary>
    /// <exception cref="UnknownModalityException">One of them is not served.</exception>
    public VersionLeases Lease(IEnumerable<string> names)
    {
        var leases = new Dictionary<string, ModalityVersion>(StringComparer.Ordinal);
        try
        {
            foreach (var name in names)
                if (!leases.ContainsKey(name)) leases[name] = LeaseOne(name);
            return new VersionLeases(leases);
        }
        catch
        {
            foreach (var version in leases.Values) version.Release();
            throw;
        }
    }

    private ModalityVersion LeaseOne(string name)
    {
        while (true)
        {
            var serving = Serving;
            if (!serving.TryGetValue(name, out var version)) throw new UnknownModalityException(name, [.. serving.Keys]);
            if (version.TryLease()) return version;   // else it was replaced a moment ago: look again
            Thread.Yield();
        }
    }

    private ModalityVersion? Swap(Func<ImmutableSortedDictionary<string, ModalityVersion>, ImmutableSortedDictionary<string, ModalityVersion>> change, string name)
    {
        while (true)
        {
            var before = Serving;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _serving, change(before), before), before)) return before.GetValueOrDefault(name);
        }
    }
}

/// <summary>The versions that one request uses.</summary>
internal sealed class VersionLeases(IReadOnlyDictionary<string, ModalityVersion> versions) : IDisposable
{
    private int _disposed;

    public ModalityVersion this[string name] => versions[name];

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        foreach (var version in versions.Values) version.Release();
    }
}
