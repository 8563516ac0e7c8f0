namespace OnePeace.Scenes.Tests;

public sealed class HoldOutTests
{
    [Fact]
    public void There_are_432_concepts_with_names_of_their_own() => Assert.Equal(432, SceneFactors.All.Select(concept => concept.Group).Distinct().Count());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2024)]
    [InlineData(uint.MaxValue)]
    public void A_fifth_is_held_out_and_every_value_and_every_two_values_stay_in_training(uint seed)
    {
        var heldOut = HoldOut.Choose(seed);
        Assert.Equal(HoldOut.Count, heldOut.Count);
        var trained = SceneFactors.All.Except(heldOut).ToList();
        for (var a = 0; a < 4; a++)
            for (var b = a; b < 4; b++)
            {
                var all = SceneFactors.All.CountBy(concept => (concept.Values[a], concept.Values[b])).ToDictionary();
                var left = trained.CountBy(concept => (concept.Values[a], concept.Values[b])).ToDictionary();
                Assert.All(all, pair => Assert.True(left.GetValueOrDefault(pair.Key) >= pair.Value * (a == b ? 0.75 : 2 / 3.0), $"{seed}: {a}, {b}, {pair.Key}"));
            }
    }

    [Fact]
    public void Seeds_hold_out_different_concepts_and_one_seed_always_the_same()
    {
        Assert.True(HoldOut.Choose(1).SetEquals(HoldOut.Choose(1)));
        Assert.False(HoldOut.Choose(1).SetEquals(HoldOut.Choose(2)));
    }
}
