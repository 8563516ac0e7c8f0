using OnePeace.Engine.Batching;
using OnePeace.Engine.Results;
using OnePeace.Engine.Tests.Serving;
using OnePeace.Modalities;
using static OnePeace.Engine.Tests.Serving.TestEngines;

namespace OnePeace.Engine.Tests.Results;

public sealed class ResultCacheTests
{
    private static readonly EngineOptions Keeping = new() { Device = "cpu", ResultCacheBytes = 1 << 20 };

    private readonly WordModality _words = new();
    private int _forwards;

    public ResultCacheTests() => _words.OnForward = _ => _forwards++;

    [Fact]
    public async Task What_comes_again_has_the_same_bytes_and_is_not_computed_again()
    {
        using var counts = new MeterCounts();
        await using var engine = Start(_words, Keeping);
        var first = await engine.EncodeAsync(Kept("cat"), default);
        var again = await engine.EncodeAsync(Kept("cat"), default);
        Assert.Equal((first[0].Vector, first[0].Tokens, 1), (again[0].Vector, again[0].Tokens, _forwards));
        Assert.Equal((1, 1), (counts["onepeace.engine.results.hits"], counts["onepeace.engine.results.misses"]));
    }

    [Fact]
    public async Task Only_what_is_missing_of_a_request_is_computed_and_all_comes_back_in_order()
    {
        await using var engine = Start(_words, Keeping);
        var cat = await engine.EncodeAsync(Kept("cat"), default);
        var computed = 0L;
        _words.OnForward = batch => computed += batch;
        var all = await engine.EncodeAsync(Kept("horse", "cat", "dog"), default);
        Assert.Equal(2, computed);
        Assert.Same(cat[0].Vector, all[1].Vector);
        Assert.Equal([6, 4, 4], all.Select(e => e.Tokens));
    }

    [Fact]
    public async Task A_hit_needs_no_room_in_the_queue()
    {
        await using var engine = Start(_words, Keeping with { Batches = new BatchLimits { MaxQueuedItems = 1 } });
        var cat = await engine.EncodeAsync(Kept("cat"), default);
        using var gate = new Gate(_words);
        var busy = await gate.BlockAsync(engine);
        var waiting = engine.EncodeAsync(Words("waiting"), default);
        await UntilAsync(() => engine.Waiting == 1);
        await Assert.ThrowsAsync<EngineOverloadedException>(() => engine.EncodeAsync(Kept("dog"), default));
        Assert.Same(cat[0].Vector, (await engine.EncodeAsync(Kept("cat"), default))[0].Vector);
        gate.Open();
        await Task.WhenAll(busy, waiting);
    }

    [Fact]
    public async Task Another_tenant_another_medium_and_another_fusion_are_something_else()
    {
        await using var engine = Start(_words, Keeping);
        EncodeWork work = Kept("cat"), other = work with { Tenant = "other" };
        await engine.EncodeAsync(work, default);
        await engine.EncodeAsync(other, default);
        await engine.EncodeAsync(work with { Items = [new([work.Items[0].Parts[0] with { MediaType = "text/html" }])] }, default);
        await engine.EncodeAsync(work with { Items = [work.Items[0] with { Fusion = Fusion.Joint }] }, default);
        Assert.Equal(4, _forwards);
    }

    [Fact]
    public async Task Nothing_is_kept_for_whoever_does_not_ask_or_where_it_is_off()
    {
        await using (var engine = Start(_words, Keeping))
        {
            for (var i = 0; i < 2; i++) await engine.EncodeAsync(Words("cat"), default);
            await engine.EncodeAsync(Kept("cat"), default);
        }
        await using (var engine = Start(_words))
            for (var i = 0; i < 2; i++) await engine.EncodeAsync(Kept("cat"), default);
        Assert.Equal(5, _forwards);
    }

    [Fact]
    public void A_version_that_takes_anothers_place_finds_nothing_of_it()
    {
        var item = Word("cat");
        Assert.NotEqual(Key(item, "hash of 1"), Key(item, "hash of 2"));
        Assert.Equal(Key(item, "hash of 1"), Key(Word("cat"), "hash of 1"));
    }

    [Fact]
    public void What_was_not_used_for_longest_leaves_and_the_bound_holds()
    {
        using var counts = new MeterCounts();
        using var cache = new ResultCache(limit: 3 * (240 + (4 * 100)));
        for (var i = 0; i < 4; i++)
        {
            cache.Keep(new ResultKey(0, (UInt128)i), new Embedding(new float[100], i));
            Assert.NotNull(cache.Find(new ResultKey(0, 0)));
            Assert.InRange(cache.Bytes, 0, 3 * 640);
        }
        Assert.Null(cache.Find(new ResultKey(0, 1)));
        Assert.Equal(3, cache.Find(new ResultKey(0, 3))!.Tokens);
        cache.Keep(new ResultKey(1, 1), new Embedding(new float[1_000], 1));   // larger than everything
        Assert.Null(cache.Find(new ResultKey(1, 1)));
        Assert.Equal(1, counts["onepeace.engine.results.evictions"]);
    }

    private static EncodeWork Kept(params string[] words) => Words(words) with { KeepsResults = true };

    private static ResultKey Key(EncodeItem item, string hash)
    {
        using var residency = new OnePeace.Engine.Residency.DeviceResidency(new(), TimeProvider.System);
        var version = Version(new WordModality(), new ModalityOptions(), residency, hash);
        return ResultKey.Of("core", "default", item, new(new Dictionary<string, OnePeace.Engine.Hosting.ModalityVersion> { ["word"] = version }));
    }
}
