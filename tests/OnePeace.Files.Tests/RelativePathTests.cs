namespace OnePeace.Files.Tests;

public class RelativePathTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("pairs/train.jsonl", true)]
    [InlineData("a..b", true)]
    [InlineData("..", false)]
    [InlineData("pairs/../../other", false)]
    [InlineData("pairs\\..\\other", false)]
    [InlineData("/etc/pairs", false)]
    [InlineData("pairs\0/train", false)]
    public void A_path_stays_below_the_folder_that_it_is_read_from_or_is_told(string named, bool isInside) => Assert.Equal(isInside, RelativePath.IsInside(named));
}
