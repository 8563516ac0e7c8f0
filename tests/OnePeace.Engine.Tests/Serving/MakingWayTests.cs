using static OnePeace.Engine.Tests.Serving.TestEngines;

namespace OnePeace.Engine.Tests.Serving;

/// <summary>A quiet tenant's request that comes while a loud one's batch is on the device.</summary>
public sealed class MakingWayTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly WordModality _loud = new(), _quiet = new() { Name = "other" };

    [Fact]
    public async Task It_is_computed_before_the_batch_is_done_and_no_vector_differs()
    {
        await using var engine = Start();
        var isLoudDone = true;
        var (loud, quiet) = await InterruptAsync(engine, "quiet", request => isLoudDone = request.IsCompleted);
        Assert.False(isLoudDone);
        Assert.Equal((await engine.EncodeAsync(Words("very loud words"), default))[0].Vector, (await loud)[0].Vector);
        Assert.Equal((await engine.EncodeAsync(new EncodeWork([Word("quiet", "other")]), default))[0].Vector, (await quiet)[0].Vector);
    }

    [Fact]
    public async Task Where_it_fails_the_batch_that_made_way_does_not()
    {
        await using var engine = Start();
        var (loud, quiet) = await InterruptAsync(engine, WordModality.Poison, _ => { });
        await Assert.ThrowsAsync<ItemRejectedException>(() => quiet);
        Assert.Equal((await engine.EncodeAsync(Words("very loud words"), default))[0].Vector, (await loud)[0].Vector);
    }

    private EncodingEngine Start() => TestEngines.Start([(_loud, new()), (_quiet, new())]);

    /// <summary>The quiet request is queued when the loud one's batch begins.</summary>
    private async Task<(Task<IReadOnlyList<Embedding>> Loud, Task<IReadOnlyList<Embedding>> Quiet)> InterruptAsync(EncodingEngine engine, string word, Action<Task> onQuiet)
    {
        var queued = new TaskCompletionSource<Task<IReadOnlyList<Embedding>>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<IReadOnlyList<Embedding>>? loud = null;
        _loud.OnForward = _ =>
        {
            _loud.OnForward = null;
            SpinWait.SpinUntil(() => loud is not null, Patience);
            queued.SetResult(engine.EncodeAsync(new EncodeWork([Word(word, "other")]) { Tenant = "quiet" }, default));
            SpinWait.SpinUntil(() => engine.Waiting == 1, Patience);
        };
        _quiet.OnForward = _ => onQuiet(loud!);
        loud = engine.EncodeAsync(Words("very loud words") with { Tenant = "loud" }, default);
        await loud;
        _quiet.OnForward = null;
        return (loud, await queued.Task);
    }
}
