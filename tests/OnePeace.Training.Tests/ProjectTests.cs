using OnePeace.Training.Data;

namespace OnePeace.Training.Tests;

public class ProjectTests
{
    [Fact]
    public void A_bad_pair_says_why() => Assert.Equal("no sound", new BadPairException("no sound").Message);
}
