namespace OnePeace.Training.Evaluation;

/// <summary>From a query to what is nearest to it in a modality between, whose vector searches on.</summary>
/// <param name="between">Vectors of the items between.</param>
/// <param name="hops">How many of the nearest are averaged.</param>
public sealed class TwoHopSearch(IReadOnlyList<float[]> between, int hops)
{
    public float[] Hop(float[] query) =>
        UnitVectors.Mean([.. between.Select((vector, i) => (Score: UnitVectors.Dot(query, vector), Index: i)).OrderByDescending(found => found.Score).Take(hops).Select(found => between[found.Index])]);
}
