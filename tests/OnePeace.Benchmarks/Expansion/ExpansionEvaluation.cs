using OnePeace.Engine;
using OnePeace.Engine.Plugins;
using OnePeace.Training.Evaluation;

namespace OnePeace.Benchmarks.Expansion;

/// <summary>What a trained model can do on held-out scenes.</summary>
internal static class ExpansionEvaluation
{
    private static readonly string[] Modalities = ["text", "image", "audio", "imu"];

    /// <summary>
    /// R@1 of every ordered pair of modalities, of two hops through text, and of sound + word, by name; accuracies by attribute; and R@1 of today's
    /// texts in an index of the pictures' vectors from before.
    /// </summary>
    /// <param name="model">What was trained.</param>
    /// <param name="before">What it was trained from, or null.</param>
    /// <param name="data">The data set.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<IReadOnlyDictionary<string, double>> RunAsync(string model, string? before, string data, CancellationToken cancellation)
    {
        using var plugins = PluginCatalogue.BesideExecutable();
        await using var engine = await LoadAsync(model, plugins, cancellation);
        var split = RetrievalSplit.Read(data, "heldout", IsText);
        var vectors = new VectorStore(engine);
        var figures = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, plan) in Plans(engine.Describe().Modalities.Select(m => m.Name).ToHashSet()))
        {
            var task = new RetrievalTask(plan, split, null, IsText);
            await vectors.AddAsync(task.Inputs, _ => { }, cancellation);
            var outcome = task.Run(vectors);
            var results = plan.Mismatch ? outcome.Results : outcome.Results.Take(1);
            foreach (var result in results) figures[plan.Mismatch ? $"{name}: {result.Label}" : name] = result.Recall.At1;
            if (plan is { Via: null, Mismatch: false })
                foreach (var (attribute, accuracy) in outcome.Results[0].Attributes) figures[$"{name} {attribute}"] = accuracy.Accuracy;
        }
        if (before is null) return figures;
        await using var old = await LoadAsync(before, plugins, cancellation);
        var index = new VectorStore(old);
        var pictures = new RetrievalTask(new RetrievalPlan(RetrievalQuery.Parse("text"), "image"), split, null, IsText);
        await index.AddAsync(pictures.Inputs, _ => { }, cancellation);
        figures["text->image, index from before"] = pictures.Run(vectors, index).Results[0].Recall.At1;
        return figures;
    }

    private static Task<EncodingEngine> LoadAsync(string model, PluginCatalogue plugins, CancellationToken cancellation) =>
        EncodingEngine.LoadAsync(model, plugins, new EngineOptions { Device = "cpu", TorchThreads = 1 }, cancellation: cancellation);

    private static IEnumerable<(string Name, RetrievalPlan Plan)> Plans(IReadOnlySet<string> has)
    {
        var there = Modalities.Where(has.Contains).ToList();
        foreach (var query in there)
        {
            foreach (var gallery in there.Where(g => g != query))
            {
                yield return ($"{query}->{gallery}", new RetrievalPlan(RetrievalQuery.Parse(query), gallery));
                if (query != "text" && gallery != "text") yield return ($"{query}->text->{gallery}", new RetrievalPlan(RetrievalQuery.Parse(query), gallery) { Via = "text" });
            }
        }
        if (!has.Contains("audio") || !has.Contains("image")) yield break;
        foreach (var attribute in new[] { "colour", "shape", "size", "position" })
            yield return ($"audio+{attribute}->image", new RetrievalPlan(RetrievalQuery.Parse("audio+text"), "image") { TextAttributes = [attribute], Mismatch = true });
    }

    private static bool IsText(string modality) => modality == "text";
}
