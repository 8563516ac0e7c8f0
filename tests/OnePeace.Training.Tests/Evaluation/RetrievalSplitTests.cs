namespace OnePeace.Training.Tests.Evaluation;

public sealed class RetrievalSplitTests : IDisposable
{
    private readonly Scenes _scenes = new();

    public void Dispose() => _scenes.Dispose();

    [Fact]
    public void A_line_gives_an_item_with_whole_paths_and_its_own_group_by_default()
    {
        var item = Assert.Single(_scenes.Write("one", [new { id = "a", words = "red", picture = "sub/a.png", attributes = new { shape = "ring" }, weight = 3 }]).Items);
        Assert.Equal(("a", "a", "red"), (item.Id, item.Group, item.Inputs["words"]));
        Assert.Equal(Path.GetFullPath(Path.Combine(_scenes.Folder, "sub/a.png")), item.Inputs["picture"]);
        Assert.Equal(["words", "picture"], item.Inputs.Keys);
        Assert.Equal("ring", item.Attributes["shape"]);
    }

    [Fact]
    public void A_split_that_is_not_there_lists_those_that_are()
    {
        _scenes.Shaped();
        _scenes.Write("train", [new { id = "a" }]);
        Assert.EndsWith("no split 'test'; there are: heldout, train.", Assert.Throws<InvalidDataException>(() => _scenes.Read("test")).Message);
    }

    [Theory]
    [InlineData("{\"id\": \"b\"")]
    [InlineData("[1]")]
    [InlineData("{\"words\": \"red\"}")]
    [InlineData("{\"id\": 3}")]
    [InlineData("{\"id\": \"b\", \"attributes\": {\"shape\": 3}}")]
    public void A_line_that_is_no_item_is_named(string line)
    {
        _scenes.File("bad.jsonl", "{\"id\": \"a\"}\n\n" + line + "\n");
        Assert.Contains("bad.jsonl, line 3", Assert.Throws<InvalidDataException>(() => _scenes.Read("bad")).Message);
    }
}
