using System.Security.Cryptography;
using OnePeace.Scenes.Datasets;

namespace OnePeace.Scenes.Tests;

public sealed class SceneDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("private")]
    public async Task The_same_seed_makes_the_same_bytes_and_another_others(string variant)
    {
        await MadeDataset.MakeAsync(_folder["a"], 1, 20, variant);
        await MadeDataset.MakeAsync(_folder["b"], 1, 20, variant);
        await MadeDataset.MakeAsync(_folder["c"], 2, 20, variant);
        Assert.Equal(Hashes("a"), Hashes("b"));
        Assert.Empty(Hashes("a").Values.Intersect(Hashes("c").Values));
    }

    [Fact]
    public async Task A_file_does_not_depend_on_how_many_there_are_nor_on_what_captions_leave_out()
    {
        await MadeDataset.MakeAsync(_folder["plain"], 1, 20);
        await MadeDataset.MakeAsync(_folder["dropped"], 1, 20, "dropped");
        await MadeDataset.MakeAsync(_folder["more"], 1, 40);
        var (plain, dropped, more) = (Hashes("plain"), Hashes("dropped"), Hashes("more"));
        var media = plain.Keys.Where(name => name.Contains(Path.DirectorySeparatorChar)).ToList();
        Assert.All(media, name => Assert.Equal(plain[name], dropped[name]));
        Assert.All(media.Where(name => name.StartsWith("heldout")), name => Assert.Equal(plain[name], more[name]));
    }

    [Fact]
    public async Task Only_the_private_variant_has_textures_and_echoes()
    {
        await MadeDataset.MakeAsync(_folder["plain"], 1, 60);
        await MadeDataset.MakeAsync(_folder["private"], 1, 60, "private");
        Assert.Equal(["striped", "dotted", "halved", "solid"], Values("private", "train-text-image", "texture"), Same);
        Assert.Equal(["dry", "near", "far"], Values("private", "train-text-audio", "echo"), Same);
        Assert.Empty(Values("private", "train-text-imu", "texture").Concat(Values("private", "train-text-audio", "texture")).Concat(Values("plain", "train-text-image", "texture")));
        Assert.DoesNotContain(MadeDataset.Lines(_folder["private/train-text-image.jsonl"]), line => line.GetProperty("text").GetString()!.Contains("striped"));

        static bool Same(IEnumerable<string> a, IEnumerable<string> b) => a.Order().SequenceEqual(b.Order());
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(_folder["full"]);
        File.WriteAllText(_folder["full/mine.txt"], "mine");
        var refusal = await Assert.ThrowsAsync<IOException>(() => MadeDataset.MakeAsync(_folder["full"], 1, 10));
        Assert.Contains("is there already", refusal.Message);
        Assert.Equal([_folder["full/mine.txt"]], Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Where(File.Exists));
    }

    [Fact]
    public async Task An_empty_folder_is_filled()
    {
        Directory.CreateDirectory(_folder["empty"]);
        await MadeDataset.MakeAsync(_folder["empty"], 1, 10);
        Assert.True(File.Exists(_folder["empty/dataset.json"]));
    }

    [Fact]
    public async Task Stopped_half_way_it_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        var dataset = new SceneDataset(new DatasetOptions { Seed = 1, Size = 1000 });
        var drawn = 0L;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dataset.WriteAsync(_folder["set"], count =>
        {
            if (Interlocked.Add(ref drawn, count) == 50) stop.Cancel();
        }, stop.Token));
        Assert.InRange(drawn, 50, 1000);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void An_unknown_variant_and_a_size_too_small_are_refused()
    {
        Assert.Contains("expected plain, dropped, private", Assert.Throws<ArgumentException>(() => DatasetVariant.Get("odd")).Message);
        Assert.Contains("10 to 1,000,000", Assert.Throws<ArgumentException>(() => new DatasetOptions { Seed = 1, Size = 9 }).Message);
    }

    private Dictionary<string, string> Hashes(string name) => Directory.EnumerateFiles(_folder[name], "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(_folder[name], path), path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));

    private IEnumerable<string> Values(string dataset, string manifest, string attribute) => MadeDataset.Lines(_folder[$"{dataset}/{manifest}.jsonl"])
        .Select(line => line.GetProperty("attributes").TryGetProperty(attribute, out var value) ? value.GetString() : null).OfType<string>().Distinct();
}
