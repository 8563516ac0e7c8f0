using System.Text.Json.Nodes;
using OnePeace.Training.Evaluation;
using OnePeace.Transformer.Checkpoints;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Evaluation;

/// <summary>Recall as the official code counts it, where several texts belong to one image.</summary>
public sealed class RecallReferenceTests
{
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData("recall_a")]
    [InlineData("recall_b")]
    public void Recall_is_what_the_official_code_gives_both_ways(string name)
    {
        var expected = Case(name);
        var (texts, images) = (Vectors(name, "text"), Vectors(name, "image"));
        AssertRecall(expected, "txt", Rank(images, texts));
        AssertRecall(expected, "img", Rank(texts, images));
    }

    [Theory]
    [InlineData("recall_a")]
    [InlineData("recall_b")]
    public void The_ten_best_are_those_of_the_official_code_in_its_order(string name)
    {
        var (texts, images) = (Vectors(name, "text"), Vectors(name, "image"));
        var ranking = Rank(images, texts);
        var expected = Case(name)["predict_txt"]!.AsObject();
        Assert.Equal(images.Ids.Length, expected.Count);
        for (var i = 0; i < images.Ids.Length; i++)
            Assert.Equal(expected[$"{images.Ids[i]}"]!.AsArray().Select(id => (long)id!), ranking.Best[i].Select(best => texts.Ids[best]));
    }

    private static void AssertRecall(JsonNode expected, string side, Ranking ranking)
    {
        var recall = Recall.Of(ranking);
        Assert.Equal((double)expected[$"{side}_r1"]!, 100 * recall.At1, Tolerance);
        Assert.Equal((double)expected[$"{side}_r5"]!, 100 * recall.At5, Tolerance);
        Assert.Equal((double)expected[$"{side}_r10"]!, 100 * recall.At10, Tolerance);
    }

    private static Ranking Rank((long[] Ids, float[][] Vectors) queries, (long[] Ids, float[][] Vectors) gallery) =>
        new(queries.Vectors, gallery.Vectors, (query, candidate) => queries.Ids[query] == gallery.Ids[candidate] ? Answer.Right : Answer.Wrong);

    private static JsonNode Case(string name) => JsonNode.Parse(File.ReadAllText(TestFiles.Reference("metrics/metrics.json")))!["cases"]![name]!;

    private static (long[] Ids, float[][] Vectors) Vectors(string name, string side)
    {
        using var file = new SafetensorsFile(TestFiles.Reference("metrics/metrics.safetensors"));
        using var ids = file.Read($"{name}.{side}_ids");
        using var vectors = file.Read($"{name}.{side}_logits");
        return (ids.data<long>().ToArray(), [.. vectors.data<float>().ToArray().Chunk((int)vectors.shape[1])]);
    }
}
