namespace OnePeace.Scenes.Datasets;

/// <summary>One line of a manifest.</summary>
/// <param name="Id">Its name, once in its manifest.</param>
/// <param name="Caption">Its text; null without any.</param>
/// <param name="Items">Its files, all of one concept.</param>
internal sealed record ManifestLine(string Id, string? Caption, IReadOnlyList<SceneItem> Items);

/// <summary>A file of pairs.</summary>
/// <param name="Name">The file's name without its ending.</param>
/// <param name="Lines">What it lists.</param>
/// <param name="HasCaptionOfEach">Whether lines also have the caption of each of their files.</param>
internal sealed record Manifest(string Name, IReadOnlyList<ManifestLine> Lines, bool HasCaptionOfEach = false)
{
    public const string Extension = ".jsonl";

    /// <summary>The key of captions, and what stands for them in names.</summary>
    public const string CaptionKey = "text";

    public IReadOnlyList<string> Modalities =>
        [.. Lines[0].Caption is null ? [] : new[] { CaptionKey }, .. Lines[0].Items.Select(item => item.Medium.Modality)];
}
