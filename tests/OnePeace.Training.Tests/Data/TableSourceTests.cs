using OnePeace.Training.Data;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Data;

public sealed class TableSourceTests : IDisposable
{
    private readonly TestFiles _files = new();

    public TableSourceTests()
    {
        Directory.CreateDirectory(_files.At("pictures"));
        for (var picture = 0; picture < 3; picture++)
            _files.With($"pictures/{picture}.bmp", Samples.Picture(picture));
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_row_of_json_holds_text_as_it_is_and_the_other_input_as_a_file()
    {
        using var source = Open("a.jsonl", """
            {"id":"first","text":"a \u00e9 cat\n","image":"pictures/0.bmp","more":[1]}

            {"text":"a dog","image":"pictures/1.bmp","group":7}
            """);
        Assert.Equal(2, source.Count);
        var (first, second) = (await source.Read(0), await source.Read(1));
        Assert.Equal(("first", "a é cat\n"), (first.Id, first.Words()));
        Assert.Equal(Samples.Picture(0), first.Inputs["image"].Bytes.ToArray());
        Assert.Equal(("line 3 of a.jsonl", "a dog"), (second.Id, second.Words()));
    }

    [Fact]
    public async Task A_folder_means_the_manifest_in_it()
    {
        File.WriteAllText(_files.At("manifest.csv"), "image,text\npictures/2.bmp,three\n");
        using var source = PairSources.Open(_files.At(""), Samples.Modalities);
        Assert.Equal("three", (await source.Read(0)).Words());
        File.WriteAllText(_files.At("manifest.jsonl"), """{"text":"one","image":"pictures/0.bmp"}""");
        using var other = PairSources.Open(_files.At(""), Samples.Modalities);
        Assert.Equal("one", (await other.Read(0)).Words());
    }

    [Fact]
    public async Task A_quoted_value_of_comma_separated_rows_may_hold_commas_line_breaks_and_quotes()
    {
        using var source = Open("a.csv", "\uFEFFid,text,image\r\n1,\"a cat, \"\"Tom\"\",\nasleep\",pictures/0.bmp\r\n2,plain,\"pictures/1.bmp\"\r\n");
        Assert.Equal(2, source.Count);
        Assert.Equal("a cat, \"Tom\",\nasleep", (await source.Read(0)).Words());
        Assert.Equal(Samples.Picture(1), (await source.Read(1)).Inputs["image"].Bytes.ToArray());
    }

    [Fact]
    public void A_pair_is_found_by_the_line_that_its_row_begins_in()
    {
        using var source = Open("a.csv", "id,text,image\r\n\r\n1,\"a cat,\nasleep\",0.bmp\r\n2,plain,1.bmp\r\n\n3,last,2.bmp");
        Assert.Equal(["line 3 of a.csv", "line 5 of a.csv", "line 7 of a.csv"], Enumerable.Range(0, 3).Select(source.Place));
    }

    [Fact]
    public void A_quote_that_is_never_closed_is_told_with_its_line() =>
        Assert.Contains("line 2 of", Assert.Throws<InvalidDataException>(() => Open("a.csv", "text,image\n\"a,b\nc,d\n")).Message);

    [Fact]
    public async Task An_official_row_holds_base64_or_a_path_and_a_caption()
    {
        var large = new byte[3_000_000];
        Samples.Picture(1).CopyTo(large, 0);
        using var source = Open("a.tsv",
            $"image_id\timage\tcaption\n17\t{Convert.ToBase64String(Samples.Picture(5))}\ta \"cat\n18\tpictures/1.bmp\ta dog\n19\t{Convert.ToBase64String(large)}\tbig\n");
        Assert.Equal(3, source.Count);
        var first = await source.Read(0);
        Assert.Equal(("17", "a \"cat"), (first.Id, first.Words()));
        Assert.Equal(Samples.Picture(5), first.Inputs["image"].Bytes.ToArray());
        Assert.Equal(Samples.Picture(1), (await source.Read(1)).Inputs["image"].Bytes.ToArray());
        Assert.Equal(large, (await source.Read(2)).Inputs["image"].Bytes.ToArray());
    }

    [Fact]
    public async Task A_recipe_says_which_column_holds_what()
    {
        var columns = new Dictionary<string, string> { ["text"] = "question", ["image"] = "picture" };
        File.WriteAllText(_files.At("a.tsv"), "uniq_id\tpicture\tquestion\tcaption\nx\tpictures/0.bmp\twhat?\tno\n");
        using var source = PairSources.Open(_files.At("a.tsv"), Samples.Modalities, columns);
        Assert.Equal("what?", (await source.Read(0)).Words());
    }

    [Fact]
    public void A_missing_column_is_told_with_those_there_are()
    {
        var message = Assert.Throws<InvalidDataException>(() => Open("a.tsv", "picture\tcaption\nx\ty\n")).Message;
        Assert.Contains("must have a column 'image'", message);
        Assert.Contains("has picture, caption", message);
    }

    [Theory]
    [InlineData("a.csv", "words,picture\na cat,pictures/0.bmp\n")]
    [InlineData("a.jsonl", """{"words":"a cat"}""" + "\n[damaged\n" + """{"picture":"pictures/0.bmp"}""")]
    public void A_manifest_of_other_columns_is_told_at_once_with_what_was_expected_and_what_came(string name, string content)
    {
        var message = Assert.Throws<InvalidDataException>(() => Open(name, content)).Message;
        Assert.Contains("must have a column 'text' or 'caption' for the modality 'text' and a column 'image' for the modality 'image', but has words, picture", message);
    }

    [Fact]
    public async Task Rows_may_name_columns_that_the_first_lacks_and_an_empty_one_is_told_as_that()
    {
        using var source = Open("a.jsonl", """
            {"text":"a cat"}
            {"text":"a dog","image":""}
            {"text":"a bird","image":"pictures/0.bmp"}
            """);
        Assert.Contains("it has no column 'image' for the modality 'image', only text", (await Assert.ThrowsAsync<BadPairException>(() => source.Read(0))).Message);
        Assert.Contains("its column 'image' is empty", (await Assert.ThrowsAsync<BadPairException>(() => source.Read(1))).Message);
        Assert.Equal("a bird", (await source.Read(2)).Words());
    }

    [Theory]
    [InlineData("../secret.bmp")]
    [InlineData("pictures/../../secret.bmp")]
    [InlineData("/etc/hostname.bmp")]
    public async Task A_path_out_of_the_folder_is_refused(string path)
    {
        using var source = Open("a.jsonl", $$"""{"text":"a","image":"{{path}}"}""");
        Assert.Contains("leads out of the folder", (await Assert.ThrowsAsync<BadPairException>(() => source.Read(0))).Message);
    }

    [Fact]
    public async Task A_full_path_into_the_folder_is_read()
    {
        using var source = Open("a.jsonl", $$"""{"text":"a","image":"{{_files.At("pictures/2.bmp")}}"}""");
        Assert.Equal(Samples.Picture(2), (await source.Read(0)).Inputs["image"].Bytes.ToArray());
    }

    [Fact]
    public async Task A_bad_row_says_why_and_the_others_are_read()
    {
        using var source = Open("a.jsonl", """
            {"text":"a","image":"pictures/0.bmp"}
            {"text":"b","image":
            {"id":"c","text":"c"}
            {"text":"d","image":"pictures/missing.bmp"}
            [1]
            {"text":"\ud800","image":"pictures/0.bmp"}
            """);
        Assert.Equal("a", (await source.Read(0)).Words());
        var reasons = new[] { "Pair line 2 of a.jsonl: it must be one JSON object", "Pair 'c' (line 3 of a.jsonl): it has no column 'image' for the modality 'image', only id, text", "missing.bmp' cannot be read", "must be one JSON object", "Pair line 6 of a.jsonl" };
        for (var row = 1; row < source.Count; row++)
            Assert.Contains(reasons[row - 1], (await Assert.ThrowsAsync<BadPairException>(() => source.Read(row))).Message);
    }

    [Fact]
    public async Task A_separator_inside_a_value_makes_a_bad_row()
    {
        using var source = Open("a.tsv", "image\ttext\npictures/0.bmp\ta\tcat\n");
        Assert.Contains("must have 2 values (image, text), but has 3", (await Assert.ThrowsAsync<BadPairException>(() => source.Read(0))).Message);
    }

    [Fact]
    public void Rows_of_one_group_or_one_text_are_in_one_group()
    {
        using var source = Open("a.csv", "text,image,group\na cat,1.bmp,g\na dog,2.bmp,g\nA Cat ,3.bmp,\na cat,4.bmp,\na bird,5.bmp,\n");
        var groups = Enumerable.Range(0, 5).Select(source.Group).ToList();
        Assert.Equal(groups[0], groups[1]);
        Assert.Equal(groups[2], groups[3]);
        Assert.Equal(3, groups.Distinct().Count());
    }

    [Fact]
    public async Task Rows_are_found_across_the_ends_of_buffers_and_read_by_many_at_once()
    {
        using var source = Open("a.jsonl", string.Concat(Enumerable.Range(0, 5000).Select(row => $$"""{"text":"{{new string('x', row % 977)}}{{row}}","image":"pictures/0.bmp"}""" + "\n")));
        Assert.Equal(5000, source.Count);
        await Parallel.ForEachAsync(Enumerable.Range(0, 5000), TestContext.Current.CancellationToken, async (row, _) =>
            Assert.Equal($"{new string('x', row % 977)}{row}", (await source.Read(row)).Words()));
    }

    private IPairSource Open(string name, string content)
    {
        File.WriteAllText(_files.At(name), content);
        return PairSources.Open(_files.At(name), Samples.Modalities);
    }
}
