namespace OnePeace.Scenes;

/// <summary>Which concepts nobody is trained on: new combinations of values that each occur often in training.</summary>
public static class HoldOut
{
    /// <summary>A fifth of 432.</summary>
    public const int Count = 86;

    private static readonly int[] Single = [0, 1, 2, 3];
    private static readonly int[][] Subsets = [.. Single.Select(a => new[] { a }), .. from a in Single from b in Single where a < b select new[] { a, b }];

    /// <summary>Chooses them: at most a quarter of the concepts of one value, and a third of those of two values, are held out.</summary>
    public static IReadOnlySet<SceneFactors> Choose(uint seed)
    {
        for (var attempt = 0; ; attempt++)
        {
            var chosen = Try(new SceneRandom(seed, $"hold-out/{attempt}"));
            if (chosen.Count == Count) return chosen;
        }
    }

    private static HashSet<SceneFactors> Try(SceneRandom random)
    {
        var used = new Dictionary<string, int>();
        var chosen = new HashSet<SceneFactors>();
        foreach (var concept in random.Shuffle(SceneFactors.All))
        {
            if (chosen.Count == Count) break;
            var keys = Subsets.Select(subset => (Key: Key(concept, subset), Most: Most(subset))).ToList();
            if (keys.Any(key => used.GetValueOrDefault(key.Key) >= key.Most)) continue;
            foreach (var (key, _) in keys) used[key] = used.GetValueOrDefault(key) + 1;
            chosen.Add(concept);
        }
        return chosen;
    }

    private static string Key(SceneFactors concept, int[] subset) => string.Join(',', subset.Select(factor => $"{factor}={concept.Values[factor]}"));

    private static int Most(int[] subset) =>
        SceneFactors.All.Count / subset.Aggregate(1, (count, factor) => count * Factor.Shared[factor].Values.Count) / (subset.Length == 1 ? 4 : 3);
}
