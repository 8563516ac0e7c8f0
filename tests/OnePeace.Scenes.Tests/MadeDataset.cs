using System.Text.Json;
using OnePeace.Scenes.Datasets;

namespace OnePeace.Scenes.Tests;

/// <summary>A data set on the disk, for the tests of one class.</summary>
public sealed class MadeDataset : IAsyncLifetime
{
    public const int Size = 400;
    public const uint Seed = 5;

    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder["set"];

    public DatasetSummary Summary { get; private set; } = null!;

    /// <summary>A manifest's lines.</summary>
    public IReadOnlyList<JsonElement> this[string manifest] => Lines(Path.Combine(Folder, manifest + ".jsonl"));

    public static IReadOnlyList<JsonElement> Lines(string path) => [.. File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement)];

    public static Task<DatasetSummary> MakeAsync(string folder, uint seed, int size, string variant = "plain") =>
        new SceneDataset(new DatasetOptions { Seed = seed, Size = size, Variant = DatasetVariant.Get(variant) }).WriteAsync(folder, _ => { }, CancellationToken.None);

    public async ValueTask InitializeAsync() => Summary = await MakeAsync(Folder, Seed, Size);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
