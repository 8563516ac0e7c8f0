using OnePeace.Scenes.Captions;

namespace OnePeace.Scenes.Tests;

public sealed class CaptionTests
{
    private static readonly (ISceneMedium Medium, string Template)[] Templates =
        [.. SceneMedia.All.SelectMany(medium => medium.Templates.Select(template => (medium, template)))];

    [Fact]
    public void Every_caption_names_every_factor_in_at_most_20_lower_case_words()
    {
        foreach (var (medium, template) in Templates)
            foreach (var concept in SceneFactors.All)
            {
                var caption = CaptionTemplate.Fill(template, concept, null, new SceneRandom(1, medium.Modality + template + concept.Group));
                Assert.All(Factor.Shared.Zip(concept.Values), pair => Assert.True(Names(caption, pair.First, pair.Second), caption));
                Assert.InRange(caption.Split(' ').Length, 6, 20);
                Assert.Equal(caption.ToLowerInvariant(), caption);
                Assert.Matches("^[a-z][a-z:, -]*[a-z]$", caption);
                Assert.DoesNotMatch(@"  |\ba [aeio]|\ban [^aeio]| ,", caption);
            }
    }

    [Fact]
    public void A_factor_that_is_left_out_is_named_by_no_word_of_its_and_the_others_stay()
    {
        foreach (var (medium, template) in Templates)
            foreach (var factor in Factor.Shared)
            {
                var concept = new SceneFactors(3, 2, 1, 0);
                var caption = CaptionTemplate.Fill(template, concept, factor.Name, new SceneRandom(1, medium.Modality + template));
                Assert.All(Factor.Shared.Zip(concept.Values), pair => Assert.True(Names(caption, pair.First, pair.Second) == (pair.First != factor), caption));
                Assert.DoesNotMatch(@"  |[{}\[\]|]|\ban [^aeio]| ,|^ | $", caption);
            }
    }

    [Fact]
    public void Three_in_ten_captions_of_the_dropped_variant_leave_one_factor_out()
    {
        var concept = new SceneFactors(0, 0, 0, 0);
        var missing = Enumerable.Range(0, 3000)
            .Select(i => CaptionWriter.Write(SceneMedia.All[i % 3], concept, 0.3, new SceneRandom(9, $"{i}")))
            .Select(caption => Factor.Shared.Where(factor => !Names(caption, factor, 0)).ToList()).ToList();
        Assert.All(missing, factors => Assert.InRange(factors.Count, 0, 1));
        Assert.InRange(missing.Count(factors => factors.Count == 1), 800, 1000);
        Assert.All(Factor.Shared, factor => Assert.InRange(missing.Count(factors => factors.Contains(factor)), 150, 300));
    }

    [Fact]
    public void Media_have_many_sentences_and_share_none() => Assert.Multiple(
        () => Assert.All(SceneMedia.All, medium => Assert.True(medium.Templates.Count >= 8)),
        () => Assert.Equal(Templates.Length, Templates.Select(pair => pair.Template).Distinct().Count()));

    [Fact]
    public void No_word_belongs_to_two_values()
    {
        var words = Factor.Shared.SelectMany(factor => factor.Values).SelectMany(value => value.Words).ToList();
        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.All(Factor.Shared.SelectMany(factor => factor.Values), value => Assert.True(value.Words.Count >= 3));
    }

    /// <summary>Whether it has a word of this value and none of another value of the factor.</summary>
    private static bool Names(string caption, Factor factor, int value)
    {
        var named = factor.Values.Where(one => one.Words.Any(word => $" {caption.Replace(",", "").Replace(":", "")} ".Contains($" {word} "))).ToList();
        return named.Count == 1 && named[0] == factor.Values[value];
    }
}
