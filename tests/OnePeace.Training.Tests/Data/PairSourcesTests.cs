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

    [Fact]
    public void A_column_of_a_modality_that_pairs_do_not_have_is_told() =>
        Assert.Contains("'sound'", Assert.Throws<InvalidDataException>(() =>
            PairSources.Open(_files.At(""), Samples.Modalities, new Dictionary<string, string> { ["sound"] = "wav" })).Message);
}
