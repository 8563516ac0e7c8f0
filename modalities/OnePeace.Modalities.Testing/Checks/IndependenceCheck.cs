namespace OnePeace.Modalities.Testing.Checks;

/// <summary>A sample's vector does not depend on what shares its batch.</summary>
internal sealed class IndependenceCheck : IConformanceCheck
{
    private const float Most = 1e-5f;

    public string Name => "batch independence";

    public void Run(Subject subject)
    {
        using var model = new TestModel(subject);
        foreach (var batch in subject.Batches())
        {
            var alone = batch.ToDictionary(sample => sample, sample => model.Vectors([sample])[0]);
            PreparedSample[][] orders = [[.. batch], [.. batch.Reverse()], [.. batch.Skip(1), .. batch.Take(1)], [.. batch, .. batch]];
            foreach (var order in orders)
                foreach (var (sample, vector) in order.Zip(model.Vectors(order)))
                {
                    var most = VectorDistance.Largest(alone[sample], vector);
                    Expect.That(most <= Most, $"Expected the sample '{sample.Name}' to have one vector alone and beside [{string.Join(", ", order.Select(s => s.Name))}], within {Most:g1}, but a value differs by {most:g3}: "
                        + $"let no token depend on padding (means, norms and convolutions over the whole length do), and mark it in {nameof(Tokens)}.{nameof(Tokens.PaddingMask)}.");
                }
        }
    }
}
