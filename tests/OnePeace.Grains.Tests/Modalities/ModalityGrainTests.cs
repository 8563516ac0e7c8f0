using OnePeace.Contracts.Modalities;
using OnePeace.Engine.Hosting;

namespace OnePeace.Grains.Tests.Modalities;

/// <summary>A modality's life on several replicas: in everywhere or nowhere, whatever happens in between.</summary>
public sealed class ModalityGrainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-grains-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_version_is_ready_once_every_replica_serves_it()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        var other = new ScriptedHost();
        await silo.AddReplicaAsync(other);
        var held = new TaskCompletionSource();
        other.Staging["smell:a"] = () => held.Task;

        var adding = silo.AddAsync("smell", "1.0.0", "a");
        await RunningSilo.Eventually(() => Task.FromResult(silo.Replica.Versions.Count == 1 && other.Staged.Count == 1));
        Assert.Null(silo.Replica.Serving("smell"));
        Assert.False(adding.IsCompleted);

        held.SetResult();
        var reply = await adding;
        Assert.Null(reply.Fault);
        Assert.Equal(("smell:a", "smell:a"), (silo.Replica.Serving("smell"), other.Serving("smell")));
        Assert.Equal(["smell 1.0.0 attaching", "smell 1.0.0 ready"], await silo.EventsAsync());
    }

    [Fact]
    public async Task What_one_replica_refuses_serves_nowhere_and_the_version_before_serves_on()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        var other = new ScriptedHost();
        await silo.AddReplicaAsync(other);
        Assert.Null((await silo.AddAsync("smell", "1.0.0", "a")).Fault);
        other.Staging["smell:b"] = () => throw new PackageRefusedException(PackageFault.CanaryFailed, "The canary is dead.");

        var reply = await silo.AddAsync("smell", "1.1.0", "b");
        Assert.Equal((ModalityFaultKind.Refused, "The canary is dead."), (reply.Fault!.Kind, reply.Fault.Message));
        Assert.Equal("Failed", await silo.StateAsync("smell", "1.1.0"));
        Assert.Equal(("smell:a", "smell:a"), (silo.Replica.Serving("smell"), other.Serving("smell")));
        await RunningSilo.Eventually(() => Task.FromResult(silo.Replica.Versions.Count == 1));   // the good replica lets go of it as well
    }

    [Fact]
    public async Task A_modality_can_be_removed_and_attached_again_and_again()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        for (var round = 0; round < 20; round++)
        {
            Assert.Null((await silo.AddAsync("smell", "1.0.0", "a")).Fault);
            Assert.Null((await silo.AddAsync("smell", "1.1.0", "b")).Fault);
            Assert.Equal("smell:b", silo.Replica.Serving("smell"));
            var gone = await silo.Modality("smell").RemoveAsync(null, default);
            Assert.Empty(gone.Modality.Versions);
            Assert.Empty(silo.Replica.Versions);
            Assert.Empty(await silo.Catalogue.NamesAsync());
        }
        Assert.Equal(ModalityFaultKind.NotFound, (await silo.Modality("smell").RemoveAsync(null, default)).Fault!.Kind);
    }

    [Fact]
    public async Task What_adds_and_removes_at_the_same_moment_leaves_catalogue_grain_and_replica_of_one_mind()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(silo.AddAsync("smell", "1.0.0", "a"), silo.Modality("smell").RemoveAsync(null, default), silo.AddAsync("smell", "1.0.0", "a"));
            await RunningSilo.Eventually(async () => await silo.StateAsync("smell", "1.0.0") is null or "Ready");
            var isThere = await silo.StateAsync("smell", "1.0.0") is not null;
            await RunningSilo.Eventually(() => Task.FromResult(silo.Replica.Serving("smell") is not null == isThere));
            Assert.Equal(isThere, (await silo.Catalogue.NamesAsync()).Contains("smell"));
        }
    }

    [Fact]
    public async Task An_attach_that_the_process_did_not_survive_is_finished_by_the_next()
    {
        await using (var first = await RunningSilo.StartAsync(_folder))
        {
            Assert.Null((await first.AddAsync("smell", "1.0.0", "a")).Fault);
            first.Replica.Staging["smell:b"] = () => Task.Delay(Timeout.Infinite);
            using var impatience = new CancellationTokenSource();
            var adding = first.AddAsync("smell", "1.1.0", "b", impatience.Token);
            await RunningSilo.Eventually(async () => await first.StateAsync("smell", "1.1.0") == "Attaching" && first.Replica.Staged.ContainsKey("smell:b"));
            await impatience.CancelAsync();
            await Task.WhenAny(adding);
        }
        await using var second = await RunningSilo.StartAsync(_folder);
        await RunningSilo.Eventually(() => Task.FromResult(second.Replica.Serving("smell") == "smell:b"));
        await RunningSilo.Eventually(async () => (await second.StateAsync("smell", "1.1.0"), await second.StateAsync("smell", "1.0.0")) is ("Ready", "Registered"));
    }

    [Fact]
    public async Task A_removal_that_the_process_did_not_survive_is_finished_by_the_next()
    {
        await using (var first = await RunningSilo.StartAsync(_folder))
        {
            Assert.Null((await first.AddAsync("smell", "1.0.0", "a")).Fault);
            first.Replica.Leaving = _ => HostedState.Draining;   // its last request never ends
            using var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Task.WhenAny(first.Modality("smell").RemoveAsync(null, impatience.Token));
            Assert.Equal("Draining", await first.StateAsync("smell", "1.0.0"));
        }
        await using var second = await RunningSilo.StartAsync(_folder);
        await RunningSilo.Eventually(async () => (await second.Catalogue.NamesAsync()).Count == 0);
        Assert.Empty(second.Replica.Versions);
    }

    [Fact]
    public async Task A_replica_that_comes_later_gets_what_serves_and_one_that_is_gone_holds_nobody_up()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        Assert.Null((await silo.AddAsync("smell", "1.0.0", "a")).Fault);
        var late = new ScriptedHost();
        var life = await silo.AddReplicaAsync(late);
        Assert.Equal("smell:a", late.Serving("smell"));

        late.Staging["smell:b"] = () => Task.Delay(Timeout.Infinite);
        var adding = silo.AddAsync("smell", "1.1.0", "b");
        await RunningSilo.Eventually(() => Task.FromResult(late.Staged.ContainsKey("smell:b")));
        await life.CancelAsync();
        silo.Clock.Forward(TimeSpan.FromMinutes(1));
        Assert.Null((await adding.WaitAsync(TimeSpan.FromSeconds(30))).Fault);
        Assert.Equal("smell:b", silo.Replica.Serving("smell"));
    }

    [Fact]
    public async Task A_number_that_is_taken_and_a_second_version_on_its_way_are_conflicts()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        Assert.Null((await silo.AddAsync("smell", "1.0.0", "a")).Fault);
        Assert.Null((await silo.AddAsync("smell", "1.0.0", "a")).Fault);   // the same once more is no change
        Assert.Equal(ModalityFaultKind.Conflict, (await silo.AddAsync("smell", "1.0.0", "b")).Fault!.Kind);

        var held = new TaskCompletionSource();
        silo.Replica.Staging["smell:c"] = () => held.Task;
        var adding = silo.AddAsync("smell", "1.1.0", "c");
        await RunningSilo.Eventually(async () => await silo.StateAsync("smell", "1.1.0") == "Attaching");
        Assert.Equal(ModalityFaultKind.Conflict, (await silo.AddAsync("smell", "1.2.0", "d")).Fault!.Kind);
        held.SetResult();
        Assert.Null((await adding).Fault);

        Assert.Equal(ModalityFaultKind.Conflict, (await silo.Modality("smell").RemoveAsync("1.1.0", default)).Fault!.Kind);
        Assert.Equal("smell:c", silo.Replica.Serving("smell"));
        Assert.Equal(ModalityFaultKind.NotFound, (await silo.Modality("smell").SwitchAsync("9.0.0", default)).Fault!.Kind);
        Assert.Null((await silo.Modality("smell").SwitchAsync("1.0.0", default)).Fault);
        Assert.Equal("smell:a", silo.Replica.Serving("smell"));
        Assert.Null((await silo.Modality("smell").RemoveAsync("1.1.0", default)).Fault);
        Assert.Null(await silo.StateAsync("smell", "1.1.0"));
    }

    [Fact]
    public async Task A_leak_is_told_and_stands_in_nobodys_way()
    {
        await using var silo = await RunningSilo.StartAsync(_folder);
        Assert.Null((await silo.AddAsync("smell", "1.0.0", "a")).Fault);
        silo.Replica.Leaving = _ => HostedState.Leaked;
        Assert.Null((await silo.AddAsync("smell", "1.1.0", "b")).Fault);
        await RunningSilo.Eventually(async () => await silo.StateAsync("smell", "1.0.0") == "Registered");
        Assert.Single(await silo.EventsAsync(), "smell 1.0.0 leaked");
    }
}
