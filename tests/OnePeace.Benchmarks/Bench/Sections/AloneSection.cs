using OnePeace.Engine;

namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>Whether vectors depend on what shares their batch, or on the data type.</summary>
internal static class AloneSection
{
    private const double LeastCosine = 0.9999, LeastAcrossTypes = 0.99;

    public static async Task RunAsync(BenchRun run)
    {
        var figures = new List<Figure>();
        foreach (var modality in run.Modalities)
        {
            figures.Add(new Figure($"{modality}: vector of a batch against alone, least cosine", Bar.AtLeast(LeastCosine), new([await BatchedAsync(run, modality)])));
            foreach (var type in run.DataTypes.Skip(1))
                figures.Add(new Figure($"{modality}: {type} against {run.DataTypes[0]}, least cosine", Bar.AtLeast(LeastAcrossTypes), new([await AcrossTypesAsync(run, modality, type)])));
        }
        run.Report.Figures("alone", figures);
    }

    /// <summary>Of the engine; texts of all lengths.</summary>
    public static async Task<double> BatchedAsync(BenchRun run, string modality)
    {
        var engine = await run.EngineAsync();
        byte[][] inputs = [.. Enumerable.Range(0, Count(modality)).Select(_ => modality == "text" ? BenchInputs.MixedText(run.NextNumber()) : BenchInputs.Of(modality, run.NextNumber()))];
        var together = await EncodeAsync(engine, modality, inputs);
        var least = 1.0;
        for (var i = 0; i < inputs.Length; i++) least = Math.Min(least, Cosine(together[i], (await EncodeAsync(engine, modality, inputs[i]))[0]));
        return least;
    }

    /// <summary>Of the bare model.</summary>
    public static async Task<double> AcrossTypesAsync(BenchRun run, string modality, string type)
    {
        var inputs = await run.PrepareAsync(modality, Count(modality));
        return LeastCosineOf(await run.Bare().EncodeAsync(modality, inputs), await run.Bare(type).EncodeAsync(modality, inputs));
    }

    /// <summary>Row by row.</summary>
    public static double LeastCosineOf(float[][] some, float[][] others) => some.Zip(others, Cosine).Min();

    private static int Count(string modality) => modality == "text" ? 32 : 4;

    private static async Task<float[][]> EncodeAsync(EncodingEngine engine, string modality, params IReadOnlyList<byte[]> inputs) =>
        [.. (await engine.EncodeAsync(new EncodeWork([.. inputs.Select(input => new EncodeItem([new EncodePart(modality, input)]))]), CancellationToken.None)).Select(embedding => embedding.Vector)];

    private static double Cosine(float[] one, float[] other)
    {
        double product = 0, first = 0, second = 0;
        for (var i = 0; i < one.Length; i++) (product, first, second) = (product + ((double)one[i] * other[i]), first + ((double)one[i] * one[i]), second + ((double)other[i] * other[i]));
        return product / Math.Sqrt(first * second);
    }
}
