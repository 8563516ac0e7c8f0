using Orleans.TestingHost;

namespace OnePeace.GrainStorage.Tests;

public interface ICounterGrain : IGrainWithStringKey
{
    Task<long> IncrementAsync();
    Task ClearAsync();
}

public sealed class CounterGrain([PersistentState("count", SiloTests.Storage)] IPersistentState<Count> count) : Grain, ICounterGrain
{
    public async Task<long> IncrementAsync()
    {
        count.State.Value++;
        await count.WriteStateAsync();
        return count.State.Value;
    }

    public Task ClearAsync() => count.ClearStateAsync();
}

public sealed class SiloTests : StorageFolder
{
    public const string Storage = "embedded";

    [Fact]
    public async Task A_grain_of_a_real_silo_goes_on_where_it_stopped_also_in_the_next_silo()
    {
        await using (var cluster = await StartAsync())
        {
            var counter = cluster.Client.GetGrain<ICounterGrain>("a");
            Assert.Equal(1, await counter.IncrementAsync());
            Assert.Equal(2, await counter.IncrementAsync());
            await cluster.DeactivateAsync(counter);
            Assert.Equal(3, await counter.IncrementAsync());
        }
        await using var next = await StartAsync();
        Assert.Equal(4, await next.Client.GetGrain<ICounterGrain>("a").IncrementAsync());
        Assert.Equal(1, await next.Client.GetGrain<ICounterGrain>("b").IncrementAsync());
        await next.Client.GetGrain<ICounterGrain>("a").ClearAsync();
        Assert.Equal(1, await next.Client.GetGrain<ICounterGrain>("a").IncrementAsync());
    }

    [Fact]
    public async Task A_silo_does_not_start_on_a_damaged_file_and_says_why()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Database)!);
        File.WriteAllText(Database, "no database, but longer than the header of one would be, which is a hundred bytes: that much SQLite reads first");
        var error = await Assert.ThrowsAnyAsync<Exception>(StartAsync);
        Assert.Contains($"{Database} is damaged", error.ToString());
    }

    private async Task<InProcessTestCluster> StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.AddSqliteGrainStorage(Storage, Database));
        var cluster = builder.Build();
        try
        {
            await cluster.DeployAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }
}
