using OnePeace.Scenes.Captions;

namespace OnePeace.Scenes.Datasets;

/// <summary>Independent draws of some concepts in every medium.</summary>
internal sealed class Split
{
    private readonly Dictionary<ISceneMedium, IReadOnlyList<SceneItem>> _items;

    /// <param name="options">What to make.</param>
    /// <param name="name">The folder of its files.</param>
    /// <param name="concepts">What to draw, once each.</param>
    /// <param name="isTraining">Whether the variant's way with training captions holds.</param>
    public Split(DatasetOptions options, string name, IReadOnlyList<SceneFactors> concepts, bool isTraining)
    {
        var dropProbability = isTraining ? options.Variant.DropProbability : 0;
        _items = SceneMedia.All.ToDictionary(medium => medium, IReadOnlyList<SceneItem> (medium) =>
        [
            .. new SceneRandom(options.Seed, $"{name}/{medium.Modality}/order").Shuffle(concepts)
                .Select((concept, i) => Draw(options, $"{name}/{medium.Modality}/{i:D6}", medium, concept, dropProbability)),
        ]);
    }

    public IReadOnlyList<SceneItem> this[ISceneMedium medium] => _items[medium];

    public IEnumerable<SceneItem> Items => SceneMedia.All.SelectMany(medium => _items[medium]);

    private static SceneItem Draw(DatasetOptions options, string name, ISceneMedium medium, SceneFactors concept, double dropProbability)
    {
        int? privateValue = options.Variant.HasPrivateFactors && medium.PrivateFactor is { } own ? new SceneRandom(options.Seed, name + "/private").Index(own.Values.Count) : null;
        var caption = CaptionWriter.Write(medium, concept, dropProbability, new SceneRandom(options.Seed, name + "/caption"));
        return new SceneItem(name, medium, concept, privateValue, caption);
    }
}
