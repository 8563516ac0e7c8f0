using System.Security.Cryptography;

namespace OnePeace.Files.Tests;

public sealed class ContentStoreTests : IDisposable
{
    private const long Plenty = 1 << 30;
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-contents-").FullName;
    private readonly ContentStore _store;

    public ContentStoreTests() => _store = new ContentStore(_folder);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string[] AllFiles => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_001)]
    public async Task Content_comes_back_by_its_hash_also_from_a_store_opened_later(int length)
    {
        var content = Bytes(length);
        var hash = await Add(content);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), hash);
        var path = new ContentStore(_folder).Find(hash)!;
        Assert.Equal(Path.Combine(_folder, "sha256", hash[..2], hash), path);
        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.Equal([path], AllFiles);
    }

    [Fact]
    public async Task Content_added_again_is_one_file_and_who_has_the_old_one_open_reads_on()
    {
        var hash = await Add(Bytes(1000));
        using var open = File.OpenRead(_store.Find(hash)!);
        Assert.Equal(hash, await Add(Bytes(1000)));
        Assert.Single(AllFiles);
        var read = new byte[1000];
        open.ReadExactly(read);
        Assert.Equal(Bytes(1000), read);
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1000)]
    public async Task A_damaged_file_is_replaced_by_adding_its_content_again(int length)
    {
        var hash = await Add(Bytes(1000));
        File.WriteAllBytes(_store.Find(hash)!, new byte[length]);
        using (var held = await _store.HoldAsync(new MemoryStream(Bytes(1000)), Plenty, Cancellation)) Assert.False(held.IsNew);
        Assert.Equal(Bytes(1000), File.ReadAllBytes(_store.Find(hash)!));
    }

    [Fact]
    public async Task The_limit_itself_is_allowed_and_one_byte_more_leaves_nothing()
    {
        await _store.AddAsync(new MemoryStream(Bytes(1000)), 1000, Cancellation);
        _store.Remove(_store.Hashes[0]);
        var error = await Assert.ThrowsAsync<ContentTooLargeException>(() => _store.AddAsync(new MemoryStream(Bytes(1001)), 1000, Cancellation));
        Assert.Equal(1000, error.MaxBytes);
        Assert.Empty(AllFiles);
    }

    [Fact]
    public async Task Cancellation_half_way_leaves_nothing()
    {
        using var cancelling = new CancellationTokenSource();
        var content = new Interrupted(() => cancelling.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.AddAsync(content, Plenty, cancelling.Token));
        Assert.Empty(AllFiles);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_leaves_nothing()
    {
        await Assert.ThrowsAsync<IOException>(() => _store.AddAsync(new Interrupted(() => throw new IOException("broken")), Plenty, Cancellation));
        Assert.Empty(AllFiles);
    }

    [Fact]
    public async Task The_same_content_added_at_once_through_two_stores_is_one_whole_file()
    {
        ContentStore[] stores = [_store, new(_folder)];
        var content = Bytes(200_000);
        var hashes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => stores[i % 2].AddAsync(new MemoryStream(content), Plenty, Cancellation)));
        Assert.Single(hashes.Distinct());
        Assert.Equal(content, File.ReadAllBytes(Assert.Single(AllFiles)));
    }

    [Fact]
    public void What_a_crashed_process_left_is_removed_when_a_store_is_opened()
    {
        var leftover = Incoming("crashed.tmp", DateTime.UnixEpoch.AddDays(1));
        _ = new ContentStore(_folder);
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public void What_began_after_this_process_is_left_alone()
    {
        var young = Incoming("young.tmp", DateTime.UtcNow);
        _ = new ContentStore(_folder);
        Assert.True(File.Exists(young));
    }

    [Fact]
    public async Task What_an_older_process_is_still_adding_is_left_alone()
    {
        var hash = await _store.AddAsync(new Interrupted(() =>
        {
            File.SetLastWriteTimeUtc(Assert.Single(AllFiles), DateTime.UnixEpoch.AddDays(1));
            _ = new ContentStore(_folder);
        }), Plenty, Cancellation);
        Assert.Equal(Assert.Single(AllFiles), _store.Find(hash));
    }

    [Fact]
    public async Task Content_is_not_found_before_all_of_it_is_there()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Interrupted.Content));
        string? early = "not looked for";
        Assert.Equal(hash, await _store.AddAsync(new Interrupted(() => early = _store.Find(hash)), Plenty, Cancellation));
        Assert.Null(early);
        Assert.NotNull(_store.Find(hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("../../../../../../../../../../../../../../../../../../etc/passwd.")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g")]
    public async Task What_is_no_hash_is_never_found(string name)
    {
        await Add([]);
        Assert.Null(_store.Find(name));
        Assert.False(_store.Remove(name));
        Assert.Single(AllFiles);
    }

    [Fact]
    public async Task Hashes_are_in_order_and_name_nothing_else_that_lies_there()
    {
        var hashes = new List<string>();
        for (var i = 0; i < 20; i++) hashes.Add(await Add(Bytes(i)));
        File.WriteAllText(Path.Combine(_folder, "sha256", "notes"), "");
        File.WriteAllText(Path.Combine(_folder, "sha256", new string('a', 64)), "not in its folder");
        Assert.Equal(hashes.Order(StringComparer.Ordinal), _store.Hashes);
    }

    [Fact]
    public async Task What_is_removed_is_gone_once()
    {
        var hash = await Add(Bytes(10));
        var other = await Add(Bytes(11));
        Assert.True(_store.Remove(hash));
        Assert.False(_store.Remove(hash));
        Assert.Null(_store.Find(hash));
        Assert.Equal([other], _store.Hashes);
    }

    private Task<string> Add(byte[] content) => _store.AddAsync(new MemoryStream(content), Plenty, Cancellation);

    private string Incoming(string name, DateTime written)
    {
        var path = Path.Combine(_folder, "incoming", name);
        File.WriteAllText(path, "half");
        File.SetLastWriteTimeUtc(path, written);
        return path;
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Gives one part, lets something happen, then gives the rest.</summary>
    private sealed class Interrupted(Action between) : MemoryStream(Content)
    {
        public static byte[] Content { get; } = Bytes(5000);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default)
        {
            if (Position > 0 && Position < Length) between();
            return base.ReadAsync(buffer[..Math.Min(3000, buffer.Length)], cancellation);
        }
    }
}
