using System.Formats.Tar;
using OnePeace.Training.Data;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Data;

public sealed class ShardSourceTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Members_of_one_name_are_a_pair_in_whatever_order_they_come()
    {
        Write("a.tar", ("train/0.bmp", Samples.Picture(0)), ("train/0.TXT", "a cat"u8.ToArray()), ("train/0.json", """{"id":"zero","group":"g"}"""u8.ToArray()), ("train/1.text", "a dog"u8.ToArray()), ("train/1.cls", "3"u8.ToArray()), ("train/1.bmp", Samples.Picture(1)));
        using var source = Open("a.tar");
        Assert.Equal(2, source.Count);
        var (first, second) = (await source.Read(0), await source.Read(1));
        Assert.Equal(("zero", "a cat"), (first.Id, first.Words()));
        Assert.Equal(("train/1", "a dog"), (second.Id, second.Words()));
        Assert.Equal(Samples.Picture(1), second.Inputs["image"].Bytes.ToArray());
    }

    [Fact]
    public async Task A_folder_and_a_pattern_mean_their_shards_in_order()
    {
        Write("b.tar", ("0.bmp", Samples.Picture(2)), ("0.txt", "second"u8.ToArray()));
        Write("a.tar", ("0.bmp", Samples.Picture(1)), ("0.txt", "first"u8.ToArray()));
        foreach (var path in new[] { "", "*.tar" })
        {
            using var source = Open(path);
            Assert.Equal(2, source.Count);
            Assert.Equal(["first", "second"], new[] { (await source.Read(0)).Words(), (await source.Read(1)).Words() });
            Assert.Equal(["0 of a.tar", "0 of b.tar"], new[] { source.Place(0), source.Place(1) });
        }
    }

    [Fact]
    public async Task A_recipe_says_which_extension_holds_what()
    {
        Write("a.tar", ("0.seg.bmp", Samples.Picture(2)), ("0.bmp", Samples.Picture(1)), ("0.cap", "words"u8.ToArray()));
        using var source = PairSources.Open(_files.At("a.tar"), Samples.Modalities, new Dictionary<string, string> { ["text"] = ".cap", ["image"] = "seg.bmp" });
        var pair = await source.Read(0);
        Assert.Equal("words", pair.Words());
        Assert.Equal(Samples.Picture(2), pair.Inputs["image"].Bytes.ToArray());
    }

    [Fact]
    public void Pairs_of_one_group_or_one_text_are_in_one_group()
    {
        Write("a.tar", ("0.txt", "a"u8.ToArray()), ("0.bmp", [1]), ("1.txt", "A"u8.ToArray()), ("1.bmp", [2]), ("2.txt", "b"u8.ToArray()), ("2.json", """{"group":5}"""u8.ToArray()), ("3.txt", "c"u8.ToArray()), ("3.json", """{"group":5}"""u8.ToArray()));
        using var source = Open("a.tar");
        Assert.Equal(source.Group(0), source.Group(1));
        Assert.Equal(source.Group(2), source.Group(3));
        Assert.NotEqual(source.Group(0), source.Group(2));
    }

    [Fact]
    public async Task A_pair_without_one_of_its_members_is_bad_alone()
    {
        Write("a.tar", ("0.txt", "a"u8.ToArray()), ("1.txt", "b"u8.ToArray()), ("1.bmp", Samples.Picture(1)));
        using var source = Open("a.tar");
        Assert.Contains("Pair '0' of 'a.tar': it has no member of image", (await Assert.ThrowsAsync<BadPairException>(() => source.Read(0))).Message);
        Assert.Equal("b", (await source.Read(1)).Words());
    }

    [Fact]
    public void A_shard_that_is_cut_off_or_overwritten_is_told()
    {
        Write("a.tar", ("0.txt", "a"u8.ToArray()), ("0.bmp", Samples.Picture(0)));
        var whole = File.ReadAllBytes(_files.At("a.tar"));
        _files.With("a.tar", whole.AsSpan(0, 512 + 512 + 512 + 20));
        Assert.Contains("must be a whole tar file", Assert.Throws<InvalidDataException>(() => Open("a.tar")).Message);
        whole.AsSpan(1024, 512).Fill((byte)'z');
        _files.With("a.tar", whole);
        Assert.Contains("must be a whole tar file", Assert.Throws<InvalidDataException>(() => Open("a.tar")).Message);
        _files.With("a.tar", whole.AsSpan(1024, 512));
        Assert.Contains("must be a whole tar file", Assert.Throws<InvalidDataException>(() => Open("a.tar")).Message);
    }

    [Fact]
    public void A_shard_without_pairs_is_told()
    {
        Write("a.tar", ("0.cls", "3"u8.ToArray()));
        Assert.Contains("holds none", Assert.Throws<InvalidDataException>(() => Open("a.tar")).Message);
    }

    private IPairSource Open(string name) => PairSources.Open(_files.At(name), Samples.Modalities);

    private void Write(string name, params (string Name, byte[] Content)[] members)
    {
        using var tar = new TarWriter(File.Create(_files.At(name)));
        foreach (var (member, content) in members)
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream(content) });
    }
}
