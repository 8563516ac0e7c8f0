using System.Text;
using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Text.Tests;

public class TrainingTests
{
    private static readonly TextPreprocessor Training = new(new ModalityOptions().With(ModalityOptions.Training, true));

    [Fact]
    public void In_training_every_caption_is_cleaned_and_encoded_as_officially()
    {
        var cases = Reference.Tokens.GetProperty("dataset_process_text").EnumerateArray().ToList();
        Assert.Multiple([.. cases.Select<System.Text.Json.JsonElement, Action>(c => () =>
            Assert.Equal(c.GetProperty("ids").Ids(), Training.Ids(c.GetProperty("text").GetString()!)))]);
        Assert.Contains(cases, c => !Texts.Official.Ids(c.GetProperty("text").GetString()!).SequenceEqual(c.GetProperty("ids").Ids()));
    }

    [Theory]
    [InlineData("a photo of a cat", "11111")]
    [InlineData("cat, dog!", "1010")]
    [InlineData("it's 5 o'clock", "101100")]
    [InlineData("", "1")]
    [InlineData("\u732b", "100")]
    public void A_word_begins_with_the_token_that_spells_its_space(string text, string starts)
    {
        var prepared = Texts.Official.Prepare(Encoding.UTF8.GetBytes(text));
        Assert.Equal(starts, string.Concat(prepared.UnitStarts!.Select(start => start ? '1' : '0')));
        Assert.Equal(prepared.Tokens - 2, prepared.UnitStarts!.Count);
    }

    [Fact]
    public void Tokens_that_a_small_model_does_not_know_begin_words_of_their_own()
    {
        var small = new TextPreprocessor(new ModalityOptions(new JsonObject { ["vocabulary"] = 5 }));
        Assert.All(small.Prepare("unbelievably, a zzzz"u8.ToArray()).UnitStarts!, Assert.True);
    }

    [Fact]
    public void Words_are_masked_whole_by_the_official_shares() => Assert.Equal(new Masking(0.15, 0.4, WholeUnits: true), ((IModality)new TextModality()).Masking);
}
