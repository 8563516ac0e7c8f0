using System.Collections.Concurrent;
using OnePeace.Engine.Tests.Batching;
using static OnePeace.Engine.Tests.Serving.TestEngines;

namespace OnePeace.Engine.Tests.Serving;

/// <summary>A quiet tenant's request that comes while a loud one's batch is on the device.</summary>
public sealed class MakingWayTests
{
    private readonly WordModality _words = new();

    [Fact]
    public async Task It_is_answered_between_two_layers_and_no_vector_differs()
    {
        await using var engine = Start(_words);
        await UseAsync(engine);
        var (loud, quiet, order) = await InterruptAsync(engine, "quiet");
        Assert.Equal(["quiet", "loud"], order);
        Assert.Equal((await engine.EncodeAsync(Words("loudest"), default))[0].Vector, (await loud)[0].Vector);
        Assert.Equal((await engine.EncodeAsync(Words("quiet"), default))[0].Vector, (await quiet)[0].Vector);
    }

    [Fact]
    public async Task Where_it_fails_the_batch_that_made_way_does_not()
    {
        await using var engine = Start(_words);
        await UseAsync(engine);
        var (loud, quiet, _) = await InterruptAsync(engine, WordModality.Poison);
        await Assert.ThrowsAsync<ItemRejectedException>(() => quiet);
        Assert.Equal((await engine.EncodeAsync(Words("loudest"), default))[0].Vector, (await loud)[0].Vector);
    }

    [Fact]
    public async Task How_long_a_batch_stood_aside_is_no_time_of_its_own()
    {
        var clock = new FakeClock();
        await using var engine = Start(_words, time: clock);
        _words.OnForward = _ => clock.Advance(TimeSpan.FromSeconds(1));
        await UseAsync(engine);
        using var sums = new MeterCounts();
        await InterruptAsync(engine, "quiet", () => clock.Advance(TimeSpan.FromSeconds(3)));
        Assert.Equal(3, sums["onepeace.engine.compute"]);
    }

    private static Task UseAsync(EncodingEngine engine) => engine.EncodeAsync(Words("used") with { Tenant = "loud" }, default);

    /// <summary>The quiet request is queued at the very beginning of the loud one's batch; who was answered first stands first.</summary>
    private async Task<(Task<IReadOnlyList<Embedding>> Loud, Task<IReadOnlyList<Embedding>> Quiet, IReadOnlyCollection<string> Order)> InterruptAsync(EncodingEngine engine, string word, Action? meanwhile = null)
    {
        var order = new ConcurrentQueue<string>();
        Task<IReadOnlyList<Embedding>>? quiet = null;
        _words.OnForward = _ =>
        {
            _words.OnForward = _ => meanwhile?.Invoke();
            quiet = Answered(engine.EncodeAsync(Words(word) with { Tenant = "quiet" }, default), "quiet");
            SpinWait.SpinUntil(() => engine.Waiting == 1);
        };
        var loud = Answered(engine.EncodeAsync(Words("loudest") with { Tenant = "loud" }, default), "loud");
        await loud;
        await quiet!.ContinueWith(_ => { }, TaskScheduler.Default);
        _words.OnForward = null;
        return (loud, quiet!, order);

        async Task<IReadOnlyList<Embedding>> Answered(Task<IReadOnlyList<Embedding>> request, string who)
        {
            try
            {
                return await request;
            }
            finally
            {
                order.Enqueue(who);
            }
        }
    }
}
