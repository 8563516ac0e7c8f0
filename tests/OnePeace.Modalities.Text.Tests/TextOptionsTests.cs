using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Text.Tests;

public sealed class TextOptionsTests : IDisposable
{
    private readonly DirectoryInfo _assets = Directory.CreateTempSubdirectory("onepeace-text");

    public void Dispose() => _assets.Delete(recursive: true);

    [Fact]
    public void The_task_decides_how_many_ids_are_kept()
    {
        var three = new TextPreprocessor(new ModalityOptions(new JsonObject { ["task"] = new JsonObject { ["max_src_length"] = 3 } }));
        Assert.Equal([10, 1345, 9, 2], three.Ids("a photo of a cat"));
    }

    [Fact]
    public void Ids_beyond_a_small_models_table_are_unknown()
    {
        var small = new TextPreprocessor(new ModalityOptions(new JsonObject { ["vocabulary"] = 1000 }));
        Assert.Equal([10, 3, 9, 10, 3, 2], small.Ids("a photo of a cat"));
    }

    [Fact]
    public void A_model_may_bring_its_own_vocabulary()
    {
        WriteBytesOnly(Vocabulary.FileName, firstId: 300);
        var own = new TextPreprocessor(new ModalityOptions(assets: _assets.FullName));
        Assert.Equal([300 + ' ', 300 + 'c', 300 + 'o', 300 + 'w', 2], own.Ids("Cow"));
    }

    [Fact]
    public void An_option_may_name_the_vocabulary()
    {
        WriteBytesOnly("mine.tsv", firstId: 400);
        var own = new TextPreprocessor(new ModalityOptions(new JsonObject { ["vocabulary_file"] = "mine.tsv" }, _assets.FullName));
        Assert.Equal([400 + ' ', 400 + 'x', 2], own.Ids("x"));
        var missing = new ModalityOptions(new JsonObject { ["vocabulary_file"] = "not-there.tsv" }, _assets.FullName);
        Assert.Contains("not-there.tsv", Assert.Throws<InvalidDataException>(() => new TextPreprocessor(missing)).Message);
    }

    [Theory]
    [InlineData("0\tIQ==", "Row 1")]
    [InlineData("1\tIQ==\t328", "Row 1")]
    [InlineData("0\t?\t328", "Row 1")]
    [InlineData("0\tIQ==\t-1", "Row 1")]
    [InlineData("0\tIQ==\t328", "256 single bytes")]
    public void A_broken_vocabulary_is_refused_by_row(string row, string expected)
    {
        var rows = new StringReader("bpe_id\tbytes_base64\tdictionary_id\n" + row);
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Vocabulary.Read(rows)).Message);
    }

    [Fact]
    public void Limits_below_one_are_refused()
    {
        var options = new ModalityOptions(new JsonObject { ["max_bytes"] = 0 });
        Assert.Contains("max_bytes", Assert.Throws<InvalidDataException>(() => new TextPreprocessor(options)).Message);
    }

    private void WriteBytesOnly(string name, int firstId) =>
        File.WriteAllLines(Path.Combine(_assets.FullName, name), Enumerable.Range(0, 256)
            .Select(b => $"{b}\t{Convert.ToBase64String([(byte)b])}\t{firstId + b}").Prepend("bpe_id\tbytes_base64\tdictionary_id"));
}
