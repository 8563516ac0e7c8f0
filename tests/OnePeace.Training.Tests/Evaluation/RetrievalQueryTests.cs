using OnePeace.Training.Evaluation;

namespace OnePeace.Training.Tests.Evaluation;

public sealed class RetrievalQueryTests
{
    [Fact]
    public void A_query_is_a_modality_or_several_with_weights()
    {
        Assert.Equal([new QueryPart("smell")], RetrievalQuery.Parse("smell").Parts);
        Assert.Equal([new QueryPart("smell", 0.7), new QueryPart("taste")], RetrievalQuery.Parse("smell*0.7 + taste").Parts);
        Assert.Equal("smell*0.7+taste", RetrievalQuery.Parse("smell*0.7 + taste").ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("smell+")]
    [InlineData("smell*")]
    [InlineData("smell*0")]
    [InlineData("smell*-1")]
    [InlineData("smell*NaN")]
    [InlineData("smell*1*2")]
    [InlineData("smell+smell")]
    public void What_is_no_query_is_refused_with_its_text(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => RetrievalQuery.Parse(text)).Message);

    [Fact]
    public void Composed_vectors_are_added_by_weight_and_have_unit_length()
    {
        var sum = UnitVectors.Sum([[1, 0], [0, 1]], [3, 4]);
        Assert.Equal([0.6f, 0.8f], sum);
        Assert.Throws<InvalidDataException>(() => UnitVectors.Sum([[1, 0], [-1, 0]], [1, 1]));
    }

    [Fact]
    public void A_dot_product_of_any_length_is_right()
    {
        foreach (var length in new[] { 1, 3, 8, 16, 37 })
            Assert.Equal(Enumerable.Range(0, length).Sum(i => i * 2d), UnitVectors.Dot([.. Enumerable.Range(0, length).Select(i => (float)i)], [.. Enumerable.Repeat(2f, length)]), 1e-3);
        Assert.Throws<ArgumentException>(() => UnitVectors.Dot([1], [1, 2]));
    }
}
