namespace OnePeace.Scenes.Datasets;

/// <summary>Every file and every line of a data set, before any is made.</summary>
internal sealed class DatasetPlan
{
    private readonly Split _train, _validation, _heldOut;

    public DatasetPlan(DatasetOptions options)
    {
        Options = options;
        var chosen = HoldOut.Choose(options.Seed);
        HeldOut = [.. SceneFactors.All.Where(chosen.Contains)];
        var trained = new SceneRandom(options.Seed, "concepts").Shuffle(SceneFactors.All.Where(concept => !chosen.Contains(concept)));
        _train = new Split(options, "train", Repeat(trained, options.Size), isTraining: true);
        _validation = new Split(options, "validation", Repeat(trained, options.Size / 10), isTraining: false);
        _heldOut = new Split(options, "heldout", HeldOut, isTraining: false);
        Manifests = [.. SceneMedia.All.Select(Train), .. SceneMedia.Direct.Select(pair => TrainDirectly(pair.First, pair.Second)), .. SceneMedia.All.Select(Validation), ListHeldOut(), .. SceneMedia.All.Select(Shuffled)];
    }

    public DatasetOptions Options { get; }

    public IReadOnlyList<SceneFactors> HeldOut { get; }

    public IReadOnlyList<Manifest> Manifests { get; }

    public IReadOnlyList<SceneItem> Items => [.. _train.Items, .. _validation.Items, .. _heldOut.Items];

    /// <summary>Each equally often, give or take one; the same ones more often in every medium, so that those can be paired.</summary>
    private static SceneFactors[] Repeat(SceneFactors[] concepts, int count) => [.. Enumerable.Range(0, count).Select(i => concepts[i % concepts.Length])];

    private Manifest Train(ISceneMedium medium) => new(Name("train", medium), Captioned(_train[medium]));

    private Manifest Validation(ISceneMedium medium) => new(Name("validation", medium), Captioned(_validation[medium]));

    /// <summary>The control: the training files with each other's captions.</summary>
    private Manifest Shuffled(ISceneMedium medium)
    {
        var name = Name("shuffled", medium);
        var captions = new SceneRandom(Options.Seed, name).Shuffle(_train[medium].Select(item => item.Caption));
        return new(name, [.. _train[medium].Zip(captions, (item, caption) => new ManifestLine(item.Id, caption, [item]))]);
    }

    /// <summary>What training on direct pairs would have: two media of one concept, each file once, no caption.</summary>
    private Manifest TrainDirectly(ISceneMedium first, ISceneMedium second)
    {
        var partners = _train[second].GroupBy(item => item.Factors).ToDictionary(group => group.Key, group => new Queue<SceneItem>(group));
        return new($"train-{first.Modality}-{second.Modality}",
            [.. _train[first].Select((item, i) => new ManifestLine($"train-pair-{i:D6}", null, [item, partners[item.Factors].Dequeue()]))]);
    }

    private Manifest ListHeldOut()
    {
        var items = SceneMedia.All.Select(medium => _heldOut[medium].ToDictionary(item => item.Factors)).ToList();
        return new("heldout", [.. HeldOut.Select((concept, i) => Line(i, [.. items.Select(of => of[concept])]))], HasCaptionOfEach: true);

        static ManifestLine Line(int i, SceneItem[] items) => new($"heldout-{i:D6}", items[0].Caption, items);
    }

    private static ManifestLine[] Captioned(IEnumerable<SceneItem> items) => [.. items.Select(item => new ManifestLine(item.Id, item.Caption, [item]))];

    private static string Name(string split, ISceneMedium medium) => $"{split}-{Manifest.CaptionKey}-{medium.Modality}";
}
