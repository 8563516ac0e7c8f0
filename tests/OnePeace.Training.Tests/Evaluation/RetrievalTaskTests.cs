using OnePeace.Training.Evaluation;

namespace OnePeace.Training.Tests.Evaluation;

public sealed class RetrievalTaskTests : IDisposable
{
    private readonly Scenes _scenes = new();

    public void Dispose() => _scenes.Dispose();

    [Fact]
    public async Task One_modality_finds_another_and_accuracy_is_told_by_attribute()
    {
        var outcome = await Scenes.RunAsync(Plan("words", "picture"), _scenes.Shaped());
        var result = Assert.Single(outcome.Results);
        Assert.Equal((1, 6, 6, 0), (result.Recall.At1, result.Recall.Queries, result.Recall.Candidates, outcome.Skipped));
        Assert.Equal(1, result.Attributes["colour"].Accuracy);
        Assert.Equal(0.5, result.Attributes["colour"].Chance, 1e-12);
        Assert.Equal(1 / 3d, result.Attributes["shape"].Chance, 1e-12);
    }

    [Fact]
    public async Task A_sound_that_knows_no_colour_is_wrong_by_the_tie_but_right_in_shape()
    {
        var result = Assert.Single((await Scenes.RunAsync(Plan("sound", "picture"), _scenes.Shaped())).Results);
        Assert.Equal((0, 1, 0), (result.Recall.At1, result.Attributes["shape"].Accuracy, result.Attributes["colour"].Accuracy));
    }

    [Fact]
    public async Task A_sound_and_a_word_find_what_neither_finds_alone()
    {
        var plan = Plan("sound+words", "picture") with { TextAttributes = ["colour"] };
        var results = (await Scenes.RunAsync(plan, _scenes.Shaped())).Results;
        Assert.Equal(["sound+words", "sound", "words"], results.Select(result => result.Label));
        Assert.Equal([1, 0, 0], results.Select(result => result.Recall.At1));
        Assert.Equal(["red", "orange"], (await Scenes.RunAsync(plan, _scenes.Shaped())).Cases.Take(2).Select(one => one.Words));
    }

    [Fact]
    public async Task Several_attributes_are_a_phrase_in_the_order_given()
    {
        var outcome = await Scenes.RunAsync(Plan("sound+words", "picture") with { TextAttributes = ["colour", "shape"] }, _scenes.Shaped());
        Assert.Equal(["a red circle", "an orange circle"], outcome.Cases.Take(2).Select(one => one.Words));
    }

    [Fact]
    public async Task With_a_mismatch_the_item_meant_is_another_one_and_only_both_parts_say_which()
    {
        var outcome = await Scenes.RunAsync(Plan("sound+words", "picture") with { TextAttributes = ["colour"], Mismatch = true }, _scenes.Shaped());
        Assert.Equal(6, outcome.Cases.Count);
        Assert.Equal(("circle-red", "orange"), (outcome.Cases[0].Source.Id, outcome.Cases[0].Words));
        Assert.Equal("circle-orange", Assert.Single(outcome.Candidates, item => outcome.Cases[0].IsWanted(item)).Id);
        Assert.Equal([1, 0, 0], outcome.Results.Select(result => result.Recall.At1));
        Assert.Equal(1, outcome.Results[0].Attributes["colour"].Accuracy);
    }

    [Fact]
    public async Task A_picture_and_a_word_find_another_picture_and_never_the_one_that_asks()
    {
        var outcome = await Scenes.RunAsync(Plan("picture+words*3", "picture") with { TextAttributes = ["colour"], Mismatch = true }, _scenes.Shaped());
        Assert.Equal(5, outcome.Results[0].Recall.Candidates);
        Assert.All(outcome.Cases.Zip(outcome.Ranking.Best), pair => Assert.DoesNotContain(pair.Second, found => outcome.Candidates[found].Id == pair.First.Source.Id));
        Assert.Equal(1, outcome.Results[0].Recall.At1);
    }

    [Fact]
    public async Task Two_hops_bridge_modalities_that_share_nothing()
    {
        var results = (await Scenes.RunAsync(Plan("sound", "picture") with { Via = "words" }, _scenes.Bridged())).Results;
        Assert.Equal(["sound via words", "sound"], results.Select(result => result.Label));
        Assert.Equal([1, 0], results.Select(result => result.Recall.At1));
    }

    [Fact]
    public async Task More_hops_than_items_average_them_all_and_another_pool_is_another_way()
    {
        var split = _scenes.Bridged();
        Assert.Equal(0, (await Scenes.RunAsync(Plan("sound", "picture") with { Via = "words", Hops = 9 }, split)).Results[0].Recall.At1);
        var pool = _scenes.Write("pool", [new { id = "a", words = "ring2 look2" }, new { id = "b", words = "ring1 look3" }]);
        var found = await Scenes.RunAsync(Plan("sound", "picture") with { Via = "words" }, split, pool);
        Assert.Equal(1, found.Ranking.Ranks[2]);
        Assert.NotEqual(1, found.Ranking.Ranks[1]);
    }

    [Fact]
    public async Task A_caption_stands_opposite_the_modality_that_it_was_written_for()
    {
        var outcome = await Scenes.RunAsync(Plan("words", "picture"), _scenes.Bridged());
        Assert.Equal(1f, UnitVectors.Dot(outcome.QueryVectors[0], outcome.GalleryVectors[0]), 1e-6f);
    }

    [Fact]
    public async Task Items_that_lack_a_modality_are_passed_over_and_inputs_are_encoded_once()
    {
        var split = _scenes.Write("gaps",
        [
            new { id = "a", words = "red", picture = _scenes.File("a", "red") },
            new { id = "b", words = "blue" },
            new { id = "c", words = "red", picture = _scenes.File("c", "green") },
        ]);
        var engine = new WordEngine();
        var outcome = await Scenes.RunAsync(Plan("words", "picture"), split, engine: engine);
        Assert.Equal((2, 2, 1), (outcome.Cases.Count, outcome.Candidates.Count, outcome.Skipped));
        Assert.Equal(3, engine.Encoded);
    }

    [Fact]
    public async Task What_the_data_lack_is_named_with_what_there_is()
    {
        var split = _scenes.Shaped();
        await Refused<InvalidDataException>(Plan("smell", "picture"), "smell", "words, picture, sound");
        await Refused<InvalidDataException>(Plan("sound+words", "picture") with { TextAttributes = ["weight"] }, "weight", "shape, colour");
        await Refused<ArgumentException>(Plan("picture", "picture"), "picture");
        await Refused<ArgumentException>(Plan("sound", "picture") with { Mismatch = true }, "--mismatch");
        await Refused<ArgumentException>(Plan("sound", "picture") with { TextAttributes = ["colour"] }, "--text-attributes");
        await Refused<ArgumentException>(Plan("sound", "picture") with { Via = "sound" }, "--via sound");
        await Refused<InvalidDataException>(Plan("sound+words", "picture") with { Mismatch = true, TextAttributes = ["colour"] }, split with { Items = [split.Items[0], split.Items[3]] }, "colour", "shape");
        await Refused<InvalidDataException>(Plan("words", "picture"), _scenes.Write("lost", [new { id = "a", words = "red", picture = "gone.picture" }]), "gone.picture");
        await Refused<InvalidDataException>(Plan("words", "picture"), _scenes.Write("empty", [new { id = "a", words = "", picture = _scenes.File("x", "red") }]), "no word");

        async Task Refused<T>(RetrievalPlan plan, params object[] clues) where T : Exception
        {
            var error = await Assert.ThrowsAsync<T>(() => Scenes.RunAsync(plan, clues[0] as RetrievalSplit ?? split));
            Assert.All(clues.OfType<string>(), clue => Assert.Contains(clue, error.Message));
        }
    }

    private static RetrievalPlan Plan(string query, string gallery) => new(RetrievalQuery.Parse(query), gallery);
}
