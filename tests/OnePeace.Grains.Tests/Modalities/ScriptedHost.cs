using System.Collections.Concurrent;
using OnePeace.Engine;
using OnePeace.Engine.Hosting;

namespace OnePeace.Grains.Tests.Modalities;

/// <summary>The packages of an engine without tensors. Hashes read <c>NAME:ANYTHING</c>.</summary>
internal sealed class ScriptedHost : IModalityHost, IEncodingEngine
{
    private readonly ConcurrentDictionary<string, HostedState> _versions = new(StringComparer.Ordinal);

    /// <summary>What staging a hash throws; a task that never ends is a plugin that never returns.</summary>
    public ConcurrentDictionary<string, Func<Task>> Staging { get; } = new(StringComparer.Ordinal);

    /// <summary>What becomes of a version that is withdrawn; null where nothing is left of it.</summary>
    public Func<string, HostedState?> Leaving { get; set; } = _ => null;

    /// <summary>How often a hash was staged.</summary>
    public ConcurrentDictionary<string, int> Staged { get; } = new(StringComparer.Ordinal);

    public IModalityHost Packages => this;

    public IReadOnlyList<HostedVersion> Versions => [.. _versions.Select(v => new HostedVersion(v.Key.Split(':')[0], "", v.Key, v.Value))];

    public string? Serving(string name) => _versions.FirstOrDefault(v => v.Key.StartsWith($"{name}:", StringComparison.Ordinal) && v.Value == HostedState.Ready).Key;

    public async Task StageAsync(string hash, CancellationToken cancellation)
    {
        if (_versions.TryGetValue(hash, out var state) && state is HostedState.Staged or HostedState.Ready) return;
        Staged.AddOrUpdate(hash, 1, (_, count) => count + 1);
        if (Staging.TryGetValue(hash, out var script)) await script();
        _versions[hash] = HostedState.Staged;
    }

    public void Activate(string hash)
    {
        if (!_versions.ContainsKey(hash)) throw new KeyNotFoundException(hash);
        var name = hash.Split(':')[0];
        foreach (var before in _versions.Where(v => v.Value == HostedState.Ready && v.Key != hash && v.Key.StartsWith($"{name}:", StringComparison.Ordinal))) Withdraw(before.Key);
        _versions[hash] = HostedState.Ready;
    }

    public void Withdraw(string hash)
    {
        if (Leaving(hash) is { } state) _versions[hash] = state;
        else _versions.TryRemove(hash, out _);
    }

    /// <summary>Nothing is left of a version that was withdrawn before.</summary>
    public void Collect(string hash) => _versions.TryRemove(hash, out _);

    public Task<IReadOnlyList<Embedding>> EncodeAsync(EncodeWork work, CancellationToken cancellation) => throw new NotSupportedException();

    public EngineDescription Describe() => new("scripted", "core", 4, "cpu", "float32", []);
}
