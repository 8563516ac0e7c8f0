using System.Formats.Tar;
using OnePeace.Training.Data;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Data;

public sealed class PairSourcesTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Nothing_there_is_told_with_what_could_be()
    {
        var message = Assert.Throws<FileNotFoundException>(() => PairSources.Open(_files.At("absent.jsonl"), Samples.Modalities)).Message;
        Assert.Contains("manifest.jsonl", message);
        Assert.Contains("absent.jsonl", message);
    }

    [Fact]
    public void Another_kind_of_file_and_a_folder_without_a_manifest_are_told()
    {
        Assert.Contains("none of them", Assert.Throws<InvalidDataException>(() => PairSources.Open(_files.With("a.zip", [1]), Samples.Modalities)).Message);
        Assert.Contains("none of them", Assert.Throws<InvalidDataException>(() => PairSources.Open(_files.At(""), Samples.Modalities)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text\timage\n")]
    public void A_table_without_pairs_is_told(string content)
    {
        File.WriteAllText(_files.At("a.tsv"), content);
        Assert.Contains("is empty", Assert.Throws<InvalidDataException>(() => PairSources.Open(_files.At("a.tsv"), Samples.Modalities)).Message);
    }

    [Theory]
    [InlineData("a.tsv", "text\tpicture\n", "must have a column 'image'", "but has text, picture")]
    [InlineData("a.csv", "picture,caption\n", "must have a column 'image'", "but has picture, caption")]
    [InlineData("a.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\",\"id\":\"2\"}\n", "must have a column 'image'", "but has text, id")]
    [InlineData("a.tar", "0.txt", "must hold members of image, such as name.image, but holds none")]
    [InlineData("a.tar", null, "must be a whole tar file")]
    public void A_look_at_the_beginning_tells_what_opening_would(string name, string? content, params string[] words)
    {
        Write(name, content);
        var message = Assert.Throws<InvalidDataException>(() => PairSources.Check(_files.At(name), Samples.Modalities)).Message;
        Assert.All(words, word => Assert.Contains(word, message));
        PairSources.Check(_files.At(name));   // is there
    }

    [Theory]
    [InlineData("a.tsv", "picture\ttext\n")]
    [InlineData("a.jsonl", "{\"text\":\"a\"}\n\nno row\n{\"picture\":\"1.png\"}\n")]
    [InlineData("a.tar", "0.txt,1.picture")]
    public void A_look_at_the_beginning_finds_a_column_by_the_name_that_the_recipe_has_for_it(string name, string content)
    {
        Write(name, content);
        PairSources.Check(_files.At(name), Samples.Modalities, new Dictionary<string, string> { ["image"] = "picture" });
    }

    [Fact]
    public void A_look_reads_no_further_than_the_beginning()
    {
        const long Size = 80 << 20;   // a hole, of which nothing is on the disk
        foreach (var (name, header) in new[] { ("a.csv", "text,image\n"), ("a.jsonl", "{\"text\":\"a\",\"image\":\"1.png\"}\n"), ("b.jsonl", "{\"text\":\"a\"}\n") })
        {
            using (var file = File.Create(_files.At(name)))
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes(header));
                file.SetLength(Size - 1);
                file.Seek(0, SeekOrigin.End);
                file.WriteByte((byte)'"');   // refused by whoever comes here in the .csv
            }
            PairSources.Check(_files.At(name), Samples.Modalities);   // also where the only row that was met lacks a picture
        }
    }

    [Fact]
    public void A_column_that_may_come_after_the_look_is_not_taken_for_missing()
    {
        var row = $"{{\"text\":\"{new string('a', 1 << 20)}\"}}\n";
        File.WriteAllText(_files.At("long.jsonl"), string.Concat(Enumerable.Repeat(row, 17)) + "{\"text\":\"b\",\"image\":\"1.png\"}\n");
        File.WriteAllText(_files.At("short.jsonl"), string.Concat(Enumerable.Repeat(row, 3)));
        PairSources.Check(_files.At("long.jsonl"), Samples.Modalities);
        PairSources.Open(_files.At("long.jsonl"), Samples.Modalities).Dispose();   // takes it too
        Assert.Contains("must have a column 'image'", Assert.Throws<InvalidDataException>(() => PairSources.Check(_files.At("short.jsonl"), Samples.Modalities)).Message);
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(1000)]
    [InlineData(999)]   // and the end
    public void Members_of_another_kind_that_may_come_late_in_shards_are_not_taken_for_missing(int texts)
    {
        Write("a.tar", string.Join(',', Enumerable.Range(0, texts).Select(i => $"{i}.txt")));
        PairSources.Check(_files.At("a.tar"), Samples.Modalities);
    }

    [Theory]
    [InlineData("0.txt", "1.txt,1.png")]
    [InlineData("", "", "1.txt,1.png")]
    [InlineData("0.txt", "", "1.png")]
    [InlineData("0.txt,0.png", null)]   // one that need not be looked at
    public void A_shard_that_is_empty_or_of_one_kind_leaves_it_to_those_after_it(params string?[] shards)
    {
        foreach (var (index, content) in shards.Index()) Write($"{index}.tar", content);
        PairSources.Check(_files.At(""), Samples.Modalities);
        PairSources.Check(_files.At("*.tar"), Samples.Modalities);
    }

    [Fact]
    public void A_kind_that_is_in_none_of_the_shards_is_told()
    {
        foreach (var (index, content) in new[] { "0.txt", "", "1.txt,2.txt" }.Index()) Write($"{index}.tar", content);
        var message = Assert.Throws<InvalidDataException>(() => PairSources.Check(_files.At("*.tar"), Samples.Modalities)).Message;
        Assert.Contains("0.tar', or one of the 2 shards after it, must hold members of image, such as name.image, but holds none", message);
    }

    [Fact]
    public void A_column_of_a_modality_that_pairs_do_not_have_is_told() =>
        Assert.Contains("'sound'", Assert.Throws<InvalidDataException>(() =>
            PairSources.Open(_files.At(""), Samples.Modalities, new Dictionary<string, string> { ["sound"] = "wav" })).Message);

    private void Write(string name, string? content)
    {
        if (Path.GetExtension(name) != ".tar" || content is null)
        {
            File.WriteAllText(_files.At(name), content ?? new string('z', 600));
            return;
        }
        using var tar = new TarWriter(File.Create(_files.At(name)));
        foreach (var member in content.Split(',', StringSplitOptions.RemoveEmptyEntries)) tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream([1]) });
    }
}
