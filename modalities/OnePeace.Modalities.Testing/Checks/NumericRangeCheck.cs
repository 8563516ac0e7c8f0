using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Vectors are finite, and about the same in bfloat16, whose values have three digits.</summary>
internal sealed class NumericRangeCheck : IConformanceCheck
{
    private const double Least = 0.99;

    public string Name => "numeric range";

    public void Run(Subject subject)
    {
        using var wide = new TestModel(subject);
        using var narrow = new TestModel(subject, wide, ScalarType.BFloat16);
        foreach (var batch in subject.Batches())
            foreach (var ((sample, expected), actual) in batch.Zip(wide.Vectors(batch)).Zip(narrow.Vectors(batch)))
            {
                Expect.That(expected.Concat(actual).All(float.IsFinite), $"Expected finite vectors of the sample '{sample.Name}' in float32 and bfloat16, but some values are not: scale what the preprocessor makes to about -1 to 1.");
                var cosine = VectorDistance.Cosine(expected, actual);
                Expect.That(cosine >= Least, $"Expected the vector of the sample '{sample.Name}' in bfloat16 to have a cosine of at least {Least} to that in float32, but it is {cosine:f4}: scale what the preprocessor makes to about -1 to 1, and subtract no large numbers.");
            }
    }
}
