namespace OnePeace.Scenes.Tests;

public class SceneFactorsTests
{
    [Fact]
    public void Equal_factors_are_one_concept() => Assert.Equal(new SceneFactors(1, 2, 0, 3), new SceneFactors(1, 2, 0, 3));
}
