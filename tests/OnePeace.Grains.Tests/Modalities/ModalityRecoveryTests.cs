using OnePeace.Contracts.Modalities;
using OnePeace.Engine.Hosting;

namespace OnePeace.Grains.Tests.Modalities;

/// <summary>What hangs, fails for a while, fails again and again, or is asked for twice at once.</summary>
public sealed class ModalityRecoveryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-grains-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_staging_that_hangs_at_the_start_keeps_no_other_modality_from_being_attached()
    {
        await using (var first = await RunningSilo.StartAsync(_folder)) Assert.Null((await first.AddAsync("smell", "1.0.0", "a")).Fault);
        var replica = new ScriptedHost();
        var held = new TaskCompletionSource();
        replica.Staging["smell:a"] = () => held.Task;
        await using var second = await RunningSilo.StartAsync(_folder, replica);
        second.Clock.Forward(TimeSpan.FromMinutes(1));
        Assert.Null((await second.AddAsync("taste", "1.0.0", "a").WaitAsync(TimeSpan.FromSeconds(20))).Fault);
        Assert.Equal("taste:a", replica.Serving("taste"));
        held.SetResult();
        await RunningSilo.Eventually(() => Task.FromResult(replica.Serving("smell") == "smell:a"));
    }

    [Fact]
    public async Task A_version_that_served_and_is_refused_after_a_restart_stays_wanted_and_serves_when_it_can()
    {
        await using (var first = await RunningSilo.StartAsync(_folder))
        {
            Assert.Null((await first.AddAsync("smell", "1.0.0", "a")).Fault);
            Assert.Null((await first.AddAsync("taste", "1.0.0", "a")).Fault);
        }
        var replica = new ScriptedHost();
        replica.Staging["smell:a"] = () => throw new IOException("the disk is away");
        replica.Staging["taste:a"] = () => throw new PackageRefusedException(PackageFault.NotAllowed, "Not any more.");
        await using var second = await RunningSilo.StartAsync(_folder, replica);
        foreach (var name in new[] { "smell", "taste" }) await RunningSilo.Eventually(async () => await second.StateAsync(name, "1.0.0") == "Failed");
        Assert.Equal("Not any more.", Assert.Single((await second.Modality("taste").DescribeAsync()).Versions).Reason);

        replica.Staging.Clear();
        second.Clock.Forward(TimeSpan.FromMinutes(1));
        foreach (var name in new[] { "smell", "taste" }) await RunningSilo.Eventually(async () => await second.StateAsync(name, "1.0.0") == "Ready");
        Assert.Equal(("smell:a", "taste:a"), (replica.Serving("smell"), replica.Serving("taste")));
    }

    [Fact]
    public async Task A_version_that_served_and_is_refused_after_a_restart_can_be_tried_at_once_or_replaced()
    {
        await using (var first = await RunningSilo.StartAsync(_folder)) Assert.Null((await first.AddAsync("smell", "1.0.0", "a")).Fault);
        var replica = new ScriptedHost();
        replica.Staging["smell:a"] = () => throw new PackageRefusedException(PackageFault.NotAllowed, "Not any more.");
        await using (var second = await RunningSilo.StartAsync(_folder, replica))
        {
            await RunningSilo.Eventually(async () => await second.StateAsync("smell", "1.0.0") == "Failed");
            Assert.Equal(ModalityFaultKind.NotAllowed, (await second.Modality("smell").SwitchAsync("1.0.0", default)).Fault!.Kind);
            replica.Staging.Clear();
            Assert.Null((await second.Modality("smell").SwitchAsync("1.0.0", default)).Fault);
            Assert.Equal(("Ready", "smell:a"), (await second.StateAsync("smell", "1.0.0"), replica.Serving("smell")));
        }
        replica = new ScriptedHost();
        replica.Staging["smell:a"] = () => throw new PackageRefusedException(PackageFault.NotAllowed, "Not any more.");
        await using var third = await RunningSilo.StartAsync(_folder, replica);
        await RunningSilo.Eventually(async () => await third.StateAsync("smell", "1.0.0") == "Failed");
        Assert.Null((await third.AddAsync("smell", "1.0.0", "b")).Fault);
        Assert.Equal("smell:b", Assert.Single((await third.Modality("smell").DescribeAsync()).Versions).Package.Hash);
        Assert.Equal(("smell:b", "smell:b"), (replica.Serving("smell"), (await third.Modality("smell").WantedAsync()).Active));
    }

    [Fact]
    public async Task Removals_at_the_same_moment_are_answered_each_and_none_removes_what_serves()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        for (var round = 0; round < 10; round++)
        {
            Assert.Null((await silo.AddAsync("smell", "1.0.0", "a")).Fault);
            Assert.Equal(ModalityFaultKind.Conflict, (await silo.Modality("smell").RemoveAsync("1.0.0", default)).Fault!.Kind);   // also as the only one
            Assert.Equal("smell:a", silo.Replica.Serving("smell"));
            var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => silo.Modality("smell").RemoveAsync(null, default)));
            Assert.All(replies, reply => Assert.True(reply.Fault is null or { Kind: ModalityFaultKind.NotFound }, reply.Fault?.Message));
        }
    }

    [Fact]
    public async Task A_version_on_its_way_out_cannot_be_switched_to()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        Assert.Null((await silo.AddAsync("smell", "1.0.0", "a")).Fault);
        silo.Replica.Leaving = _ => HostedState.Draining;
        var removing = silo.Modality("smell").RemoveAsync(null, default);
        await RunningSilo.Eventually(async () => await silo.StateAsync("smell", "1.0.0") == "Draining");
        Assert.Equal(ModalityFaultKind.NotFound, (await silo.Modality("smell").SwitchAsync("1.0.0", default)).Fault!.Kind);
        silo.Replica.Collect("smell:a");
        Assert.Null((await removing).Fault);
    }

    [Fact]
    public async Task Of_refused_versions_the_last_eight_are_kept_and_files_of_the_others_go()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        var hashes = new List<string>();
        for (var version = 0; version < 10; version++)
        {
            var hash = await silo.Packages.AddAsync(new MemoryStream([(byte)version]), 1, default);
            hashes.Add(hash);
            await RefuseAsync(silo, $"1.{version}.0", hash);
            silo.Clock.Forward(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(hashes[2..], (await silo.Modality("smell").DescribeAsync()).Versions.Select(v => v.Package.Hash));
        Assert.Equal(hashes[2..].Order(StringComparer.Ordinal), silo.Packages.Hashes);

        var replacement = await silo.Packages.AddAsync(new MemoryStream([99]), 1, default);
        await RefuseAsync(silo, "1.9.0", replacement);
        Assert.DoesNotContain(hashes[9], silo.Packages.Hashes);
        Assert.Contains(replacement, silo.Packages.Hashes);
    }

    private static async Task RefuseAsync(RunningSilo silo, string version, string hash)
    {
        silo.Replica.Staging[hash] = () => throw new PackageRefusedException(PackageFault.CanaryFailed, "The canary is dead.");
        var reply = await silo.Modality("smell").AddAsync(new PackageSummary { Hash = hash, Name = "smell", Version = version }, default);
        Assert.Equal(ModalityFaultKind.Refused, reply.Fault!.Kind);
    }
}
