using System.Formats.Tar;
using OnePeace.Training.Data;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Data;

/// <summary>Files that are there, but cannot be read: for a moment, or for good.</summary>
public sealed class UnreadableDataTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("a.jsonl", "0.bmp")]
    [InlineData("a.tar", "a.tar")]
    public async Task A_file_that_cannot_be_read_is_tried_again_and_then_ends_the_run(string data, string locked)
    {
        _files.With("0.bmp", Samples.Picture(0));
        File.WriteAllText(_files.At("a.jsonl"), """{"text":"a","image":"0.bmp"}""");
        WriteShard();
        using var source = PairSources.Open(_files.At(data), Samples.Modalities);
        Task<StoredPair> reading;
        using (Lock(locked)) reading = source.ReadAsync(0, TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(Samples.Picture(0), (await reading).Inputs["image"].Bytes.ToArray());

        using (Lock(locked))
        {
            var lost = await Assert.ThrowsAsync<LostDataException>(() => source.ReadAsync(0, default).AsTask());
            Assert.Contains($"{locked} is there, but cannot be read", lost.Message);
        }
        Assert.Equal(Samples.Picture(0), (await source.ReadAsync(0, default)).Inputs["image"].Bytes.ToArray());
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.tar")]
    public void Reading_an_index_is_given_up_where_that_is_asked(string data)
    {
        File.WriteAllText(_files.At("a.jsonl"), """{"text":"a","image":"0.bmp"}""");
        WriteShard();
        Assert.Throws<OperationCanceledException>(() => PairSources.Open(_files.At(data), Samples.Modalities, null, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("gone/0.bmp")]
    [InlineData("file/0.bmp")]
    public async Task A_file_whose_folder_is_none_makes_no_pair_bad(string named)
    {
        _files.With("file", [1]);
        File.WriteAllText(_files.At("a.jsonl"), $$"""{"text":"a","image":"{{named}}"}""");
        using var source = PairSources.Open(_files.At("a.jsonl"), Samples.Modalities);
        var lost = await Assert.ThrowsAsync<LostDataException>(() => source.ReadAsync(0, default).AsTask());
        Assert.Contains("take its pairs out of the data set", lost.Message);
    }

    private FileStream Lock(string name) => new(_files.At(name), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    private void WriteShard()
    {
        using var tar = new TarWriter(File.Create(_files.At("a.tar")));
        foreach (var (name, content) in new[] { ("0.txt", "a"u8.ToArray()), ("0.bmp", Samples.Picture(0)) })
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
    }
}
