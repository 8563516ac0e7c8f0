namespace OnePeace.Files.Tests;

/// <summary>Content stays as long as somebody holds it, and then for good where somebody kept it.</summary>
public sealed class HeldContentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-held-").FullName;
    private readonly ContentStore _store;

    public HeldContentTests() => _store = new ContentStore(_folder);

    private bool IsThere => _store.Hashes.Count == 1;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task New_content_goes_when_it_is_let_go_unless_it_was_kept()
    {
        using (var held = await HoldAsync()) Assert.True(held.IsNew && IsThere);
        Assert.False(IsThere);
        using (var held = await HoldAsync()) held.Keep();
        Assert.True(IsThere);
    }

    [Fact]
    public async Task What_was_there_before_stays_whoever_holds_it()
    {
        using (var held = await HoldAsync()) held.Keep();
        using (var held = await HoldAsync())
        {
            Assert.False(held.IsNew);
            held.Keep();
            held.Discard();
        }
        Assert.True(IsThere);
    }

    [Fact]
    public async Task Whoever_holds_it_can_open_it_at_once_however_many_add_it_at_one_moment()
    {
        for (var round = 0; round < 50; round++)
        {
            var content = BitConverter.GetBytes(round);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                using var held = await _store.HoldAsync(new MemoryStream(content), content.Length, default);
                await using var file = new FileStream(_store.Find(held.Hash)!, FileMode.Open, FileAccess.Read, FileShare.Read);
                Assert.Equal(content.Length, file.Length);
            }));
        }
    }

    [Fact]
    public async Task It_stays_until_the_last_holder_lets_go()
    {
        var first = await HoldAsync();
        var second = await HoldAsync();
        first.Dispose();
        first.Dispose();   // only once
        Assert.True(IsThere);
        second.Dispose();
        Assert.False(IsThere);
    }

    [Fact]
    public async Task One_holder_who_discards_it_takes_nothing_from_another_who_kept_it_since()
    {
        using (var first = await HoldAsync())
        using (var second = await HoldAsync())
        {
            first.Keep();
            second.Keep();
            first.Discard();
        }
        Assert.True(IsThere);
    }

    [Fact]
    public async Task What_everybody_discards_goes()
    {
        using (var first = await HoldAsync())
        using (var second = await HoldAsync())
        {
            first.Keep();
            second.Keep();
            second.Discard();
            first.Discard();
        }
        Assert.False(IsThere);
    }

    [Fact]
    public async Task What_is_removed_while_somebody_holds_it_goes_when_it_is_let_go_unless_it_is_kept_again()
    {
        using (var held = await HoldAsync())
        {
            held.Keep();
            Assert.True(_store.Remove(held.Hash));
            Assert.True(IsThere);
        }
        Assert.False(IsThere);
        using (var held = await HoldAsync())
        {
            held.Keep();
            _store.Remove(held.Hash);
            held.Keep();
        }
        Assert.True(IsThere);
    }

    [Fact]
    public async Task Many_holders_at_once_agree()
    {
        for (var round = 0; round < 20; round++)
        {
            var keeper = round % 2 == 0 ? round % 8 : -1;
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            {
                using var held = await HoldAsync();
                Assert.NotNull(_store.Find(held.Hash));
                if (i == keeper) held.Keep();
                await Task.Yield();
                Assert.NotNull(_store.Find(held.Hash));
            }));
            Assert.Equal(keeper >= 0, IsThere);
            if (IsThere) _store.Remove(_store.Hashes[0]);
        }
    }

    private Task<HeldContent> HoldAsync() => _store.HoldAsync(new MemoryStream([1, 2, 3]), 10, TestContext.Current.CancellationToken);
}
