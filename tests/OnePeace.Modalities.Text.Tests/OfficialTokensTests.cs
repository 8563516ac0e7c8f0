using System.IO.Compression;
using System.Text.Json;

namespace OnePeace.Modalities.Text.Tests;

public class OfficialTokensTests
{
    [Fact]
    public void Every_text_of_the_embedding_interface_gives_the_official_ids()
    {
        var cases = Reference.Tokens.GetProperty("hub_process_text").EnumerateArray().ToList();
        Assert.Equal(154, cases.Count);
        Assert.Multiple([.. cases.Select<JsonElement, Action>(c => () =>
            Assert.Equal(c.GetProperty("ids").Ids(), Texts.Official.Ids(c.GetProperty("text").GetString()!)))]);
    }

    [Fact]
    public void Every_training_caption_is_cleaned_and_encoded_as_officially()
    {
        var cases = Reference.Tokens.GetProperty("dataset_process_text").EnumerateArray().ToList();
        Assert.Equal(90, cases.Count);
        Assert.Multiple([.. cases.Select<JsonElement, Action>(c => () =>
        {
            var text = c.GetProperty("text").GetString()!;
            var cleaned = TrainingText.Normalise(text);
            Assert.Equal(c.GetProperty("processed").GetString(), cleaned);
            Assert.Equal(c.GetProperty("processed_max5").GetString(), TrainingText.Normalise(text, maxWords: 5));
            Assert.Equal(c.GetProperty("ids").Ids(), Texts.Official.Ids(cleaned));
        })]);
    }

    [Fact]
    public void A_batch_padded_by_the_field_is_the_official_batch()
    {
        var batch = Reference.Tokens.GetProperty("hub_batch");
        var texts = batch.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!).ToList();
        var rows = texts.Select(Texts.Official.Ids).ToList();
        var padding = (long)Texts.Official.Prepare("x"u8.ToArray()).Fields[0].Padding;
        var width = rows.Max(row => row.Length);
        Assert.Equal(
            batch.GetProperty("ids").EnumerateArray().Select(Reference.Ids),
            rows.Select(row => row.Concat(Enumerable.Repeat(padding, width - row.Length)).ToArray()));
    }

    [Fact]
    public void The_shipped_vocabulary_is_the_reference_table()
    {
        using var packed = typeof(Vocabulary).Assembly.GetManifestResourceStream("vocabulary.tsv.gz")!;
        using var rows = new MemoryStream();
        using (var unpacked = new GZipStream(packed, CompressionMode.Decompress))
            unpacked.CopyTo(rows);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Reference.Folder, "tokens", "vocabulary.tsv")), rows.ToArray());
    }

    [Fact]
    public void The_ids_are_one_field_of_int64_that_costs_one_token_more_for_cls()
    {
        var prepared = Texts.Official.Prepare("a photo of a cat"u8.ToArray());
        var field = Assert.Single(prepared.Fields);
        Assert.Equal("tokens", field.Name);
        Assert.Equal([6L], field.Value.Shape);
        Assert.Equal(TorchSharp.torch.ScalarType.Int64, field.Value.Type);
        Assert.Equal(7, prepared.Tokens);
    }
}
