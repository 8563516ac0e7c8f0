using System.Runtime.InteropServices;
using OnePeace.Engine.Batching;
using OnePeace.Modalities;
using static OnePeace.Engine.Tests.Serving.TestEngines;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Serving;

public sealed class EncodingEngineTests
{
    private readonly WordModality _words = new();

    [Fact]
    public async Task Results_are_unit_vectors_in_the_order_of_the_items()
    {
        await using var engine = Start(_words);
        string[] words = [.. Enumerable.Range(1, 40).Select(i => new string((char)('a' + i % 26), i))];
        var together = await engine.EncodeAsync(Words(words), default);
        for (var i = 0; i < words.Length; i++)
        {
            var alone = (await engine.EncodeAsync(Words(words[i]), default))[0];
            Assert.Equal(alone.Tokens, together[i].Tokens);
            Assert.Equal(1, together[i].Vector.Sum(x => x * x), 1e-5);
            AssertClose(alone.Vector, together[i].Vector);
        }
    }

    [Fact]
    public async Task Several_slots_give_the_vectors_of_one()
    {
        await using var one = Start(_words);
        await using var two = Start(new WordModality(), new EngineOptions { Device = "cpu", Slots = 2, Batches = new BatchLimits { MaxBatchItems = 3 } });
        var work = Words([.. Enumerable.Range(1, 50).Select(i => $"word {i}")]);
        var (expected, actual) = (await one.EncodeAsync(work, default), await two.EncodeAsync(work, default));
        for (var i = 0; i < expected.Count; i++) AssertClose(expected[i].Vector, actual[i].Vector);
    }

    [Fact]
    public async Task Mean_fusion_adds_and_normalises_the_vectors_of_the_parts()
    {
        await using var engine = Start(_words);
        var parts = await engine.EncodeAsync(Words("left", "right"), default);
        var fused = (await engine.EncodeAsync(new EncodeWork([new EncodeItem([.. Word("left").Parts, .. Word("right").Parts])]), default))[0];
        var sum = parts[0].Vector.Zip(parts[1].Vector, (a, b) => a + b).ToArray();
        var norm = MathF.Sqrt(sum.Sum(x => x * x));
        AssertClose([.. sum.Select(x => x / norm)], fused.Vector);
        Assert.Equal(parts.Sum(p => p.Tokens), fused.Tokens);
    }

    [Fact]
    public async Task Joint_fusion_lets_the_parts_attend_to_each_other_in_any_order()
    {
        await using var engine = Start([(_words, new()), (new WordModality { Name = "other" }, new())]);
        EncodePart left = Word("left").Parts[0], right = Word("right", "other").Parts[0];
        var vectors = await engine.EncodeAsync(new EncodeWork(
            [new([left, right], Fusion.Joint), new([right, left], Fusion.Joint), new([left, right], Fusion.Mean)]), default);
        AssertClose(vectors[0].Vector, vectors[1].Vector);
        Assert.True(Cosine(vectors[0].Vector, vectors[2].Vector) < 0.99999);
    }

    [Fact]
    public async Task Joint_fusion_takes_several_parts_of_one_modality()
    {
        await using var engine = Start(_words);
        EncodePart[] parts = [Word("left").Parts[0], Word("right").Parts[0]];
        var vectors = await engine.EncodeAsync(new EncodeWork([new(parts, Fusion.Joint), new(parts, Fusion.Mean)]), default);
        Assert.True(Cosine(vectors[0].Vector, vectors[1].Vector) < 0.99999);
    }

    [Fact]
    public async Task Closing_answers_requests_that_still_wait()
    {
        var engine = Start(_words);
        using var gate = new Gate(_words);
        var first = await gate.BlockAsync(engine);
        var waiting = engine.EncodeAsync(Words("waiting"), default);
        await UntilQueuedAsync(engine, 1);
        var closing = engine.DisposeAsync();
        await Assert.ThrowsAsync<EngineUnavailableException>(() => waiting);
        gate.Open();
        await first;
        await closing;
    }

    [Fact]
    public async Task A_poisonous_input_among_31_good_ones_fails_alone()
    {
        await using var engine = Start(_words);
        var alone = await engine.EncodeAsync(Words("good"), default);
        using var gate = new Gate(_words);
        var first = await gate.BlockAsync(engine);
        var calls = Enumerable.Range(0, 32).Select(i => engine.EncodeAsync(Words(i == 13 ? WordModality.Poison : "good"), default)).ToArray();
        await UntilQueuedAsync(engine, 32);
        gate.Open();
        await first;
        var rejected = await Assert.ThrowsAsync<ItemRejectedException>(() => calls[13]);
        Assert.Equal((0, InputFault.Unusable), (rejected.Index, rejected.Fault));
        foreach (var call in calls.Where((_, i) => i != 13)) AssertClose(alone[0].Vector, (await call)[0].Vector);
    }

    [Fact]
    public async Task An_input_that_takes_more_memory_than_there_is_waits_alone_and_the_device_serves_on()
    {
        await using var engine = Start(_words);
        var calls = Enumerable.Range(0, 8).Select(i => engine.EncodeAsync(Words(i == 3 ? WordModality.Greedy : "good"), default)).ToArray();
        await Assert.ThrowsAsync<EngineOverloadedException>(() => calls[3]);
        foreach (var call in calls.Where((_, i) => i != 3)) await call;
        Assert.True(engine.Healthy);
    }

    [Fact]
    public async Task A_vector_that_is_not_finite_fails_alone()
    {
        await using var engine = Start(_words);
        using var gate = new Gate(_words);
        var first = await gate.BlockAsync(engine);
        var good = engine.EncodeAsync(Words("g"), default);
        var bad = engine.EncodeAsync(Words(WordModality.NotANumber), default);
        await UntilQueuedAsync(engine, 2);
        gate.Open();
        await Task.WhenAll(first, good);
        Assert.Equal(InputFault.Unusable, (await Assert.ThrowsAsync<ItemRejectedException>(() => bad)).Fault);
    }

    [Fact]
    public async Task A_bad_item_is_named_by_its_index_and_fault()
    {
        await using var engine = Start(_words);
        var rejected = await Assert.ThrowsAsync<ItemRejectedException>(() => engine.EncodeAsync(Words("a", "b", WordModality.Unusable), default));
        Assert.Equal((2, InputFault.TooLarge, "The word is too large."), (rejected.Index, rejected.Fault, rejected.Message));
        Assert.Single(await engine.EncodeAsync(Words("still serving"), default));
    }

    [Fact]
    public async Task A_bug_in_a_preprocessor_is_a_rejected_item_whose_message_tells_nothing_inner()
    {
        await using var engine = Start(_words);
        var rejected = await Assert.ThrowsAsync<ItemRejectedException>(() => engine.EncodeAsync(Words("a", WordModality.Bug), default));
        Assert.Equal((1, InputFault.Unusable), (rejected.Index, rejected.Fault));
        Assert.DoesNotContain("secret", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_without_items_with_too_many_or_of_unknown_modalities_are_refused()
    {
        await using var engine = Start(_words, new EngineOptions { Device = "cpu", MaxItems = 3 });
        await Assert.ThrowsAsync<ArgumentException>(() => engine.EncodeAsync(new EncodeWork([]), default));
        await Assert.ThrowsAsync<ArgumentException>(() => engine.EncodeAsync(Words("a", "b", "c", "d"), default));
        await Assert.ThrowsAsync<ItemRejectedException>(() => engine.EncodeAsync(new EncodeWork([new EncodeItem([])]), default));
        var unknown = await Assert.ThrowsAsync<UnknownModalityException>(() => engine.EncodeAsync(new EncodeWork([Word("a", "smell")]), default));
        Assert.Equal(("smell", "word"), (unknown.Name, Assert.Single(unknown.Known)));
    }

    [Fact]
    public async Task A_thousand_callers_that_leave_empty_the_queue_and_stop_the_work_within_a_second()
    {
        await using var engine = Start(_words);
        using var gate = new Gate(_words);
        using var leave = new CancellationTokenSource();
        var first = await gate.BlockAsync(engine);
        var calls = Enumerable.Range(0, 1_000).Select(i => engine.EncodeAsync(Words($"{i}"), leave.Token)).ToArray();
        await UntilQueuedAsync(engine, 1_000);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await leave.CancelAsync();
        foreach (var call in calls) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, engine.Waiting);
        gate.Open();
        await first;
        await engine.EncodeAsync(Words("last"), default);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(2, gate.Forwards);   // only the first and the last were ever computed
    }

    [Fact]
    public async Task A_deadline_ends_the_wait_and_takes_the_work_out_of_the_queue()
    {
        await using var engine = Start(_words);
        using var gate = new Gate(_words);
        var first = await gate.BlockAsync(engine);
        var late = engine.EncodeAsync(Words("late") with { Deadline = DateTimeOffset.UtcNow.AddMilliseconds(100) }, default);
        await Assert.ThrowsAsync<TimeoutException>(() => late);
        Assert.Equal(0, engine.Waiting);
        gate.Open();
        await first;
        await Assert.ThrowsAsync<TimeoutException>(() => engine.EncodeAsync(Words("past") with { Deadline = DateTimeOffset.UtcNow.AddSeconds(-1) }, default));
    }

    [Fact]
    public async Task An_overloaded_engine_refuses_before_it_starts_anything()
    {
        await using var engine = Start(_words, new EngineOptions { Device = "cpu", Batches = new BatchLimits { MaxQueuedItems = 4 } });
        using var gate = new Gate(_words);
        var admitted = Enumerable.Range(0, 3).Select(i => engine.EncodeAsync(Words($"{i}"), default)).ToArray();
        var refused = await Assert.ThrowsAsync<EngineOverloadedException>(() => engine.EncodeAsync(Words("a", "b", "c", "d", "e"), default));
        Assert.InRange(refused.RetryAfter, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(1));
        gate.Open();
        await Task.WhenAll(admitted);
    }

    [Fact]
    public async Task A_lost_device_answers_everybody_and_makes_the_engine_unhealthy()
    {
        await using var engine = Start(_words);
        using var gate = new Gate(_words);
        var first = await gate.BlockAsync(engine);
        _words.OnForward = _ => throw new ExternalException("CUDA error: unspecified launch failure");
        var calls = Enumerable.Range(0, 20).Select(i => engine.EncodeAsync(Words(new string('a', 1 + (i * 20))), default)).ToArray();
        await UntilQueuedAsync(engine, 20);
        gate.Open();
        await first;
        foreach (var call in calls) await Assert.ThrowsAsync<EngineUnavailableException>(() => call.WaitAsync(TimeSpan.FromSeconds(2)));
        Assert.False(engine.Healthy);
        await Assert.ThrowsAsync<EngineUnavailableException>(() => engine.EncodeAsync(Words("more"), default));
    }

    [Fact]
    public async Task A_batch_that_never_comes_back_is_told_by_name_and_makes_the_engine_unhealthy()
    {
        await using var engine = Start(_words, new EngineOptions { LongestBatch = TimeSpan.FromMilliseconds(200) });
        using var gate = new Gate(_words);
        var stuck = await gate.BlockAsync(engine);
        Assert.True(engine.Healthy);
        var waiting = engine.EncodeAsync(Words("more"), default);
        await Task.Delay(300);
        Assert.False(engine.Healthy);
        var lost = await Assert.ThrowsAsync<EngineUnavailableException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(2)));
        Assert.Contains("inputs of word", lost.InnerException?.Message);
        gate.Open();
        await Task.WhenAny(stuck);
    }

    [Fact]
    public async Task A_closed_engine_says_so()
    {
        var engine = Start(_words);
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<EngineUnavailableException>(() => engine.EncodeAsync(Words("late"), default));
    }

    [Fact]
    public async Task Two_hundred_requests_leave_no_tensor_behind()
    {
        await using var engine = Start(_words);
        await engine.EncodeAsync(Words("warm", "up", WordModality.NotANumber + "x"), default);
        var before = Tensor.TotalCount;
        for (var i = 0; i < 200; i++)
        {
            var call = engine.EncodeAsync(i % 10 == 0 ? Words("good", WordModality.Poison) : Words("some", "words", $"{i}"), default);
            if (i % 10 == 0) await Assert.ThrowsAsync<ItemRejectedException>(() => call);
            else await call;
        }
        await UntilAsync(() => Tensor.TotalCount <= before);
    }

    internal static void AssertClose(float[] expected, float[] actual)
    {
        Assert.True(Cosine(expected, actual) >= 0.99999);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));

    private static Task UntilQueuedAsync(EncodingEngine engine, int count) => UntilAsync(() => engine.Waiting == count);
}
