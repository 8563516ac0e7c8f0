using System.Text.Json;

namespace OnePeace.Scenes.Tests;

public sealed class ManifestTests(MadeDataset dataset) : IClassFixture<MadeDataset>
{
    private static readonly string[] Modalities = ["image", "audio", "imu"];

    private static readonly string[] Seen =
        [.. Modalities.SelectMany(modality => new[] { $"train-text-{modality}", $"validation-text-{modality}", $"shuffled-text-{modality}" }), "train-image-audio", "train-image-imu"];

    [Fact]
    public void Every_manifest_has_its_lines_and_dataset_json_counts_them()
    {
        var files = Description().GetProperty("files").EnumerateArray().ToDictionary(file => file.GetProperty("name").GetString()!, file => file.GetProperty("lines").GetInt32());
        Assert.Equal([.. Seen.Append("heldout").Select(name => name + ".jsonl").Order()], files.Keys.Order());
        foreach (var (name, lines) in files)
        {
            Assert.Equal(name.StartsWith("held") ? 86 : name.StartsWith("val") ? MadeDataset.Size / 10 : MadeDataset.Size, lines);
            Assert.Equal(lines, dataset[name[..^".jsonl".Length]].Select(line => line.GetProperty("id").GetString()).Distinct().Count());
        }
    }

    [Fact]
    public void Held_out_concepts_are_in_no_line_that_anybody_trains_or_validates_on()
    {
        var heldOut = Description().GetProperty("held_out").EnumerateArray().Select(group => group.GetString()!).ToHashSet();
        Assert.Equal(86, heldOut.Count);
        Assert.Equal(heldOut.Order(), dataset["heldout"].Select(Group).Order());
        Assert.All(Seen, manifest => Assert.DoesNotContain(dataset[manifest], line => heldOut.Contains(Group(line))));
        foreach (var line in Seen.SelectMany(manifest => dataset[manifest]))
            Assert.DoesNotContain("heldout", line.GetRawText());
    }

    [Fact]
    public void All_other_concepts_are_trained_equally_often()
    {
        foreach (var modality in Modalities)
        {
            var counts = dataset[$"train-text-{modality}"].CountBy(Group).Select(pair => pair.Value).ToList();
            Assert.Equal(432 - 86, counts.Count);
            Assert.All(counts, count => Assert.InRange(count, 1, 2));   // 400 lines, 346 concepts
        }
    }

    [Fact]
    public void A_line_has_a_caption_and_one_file_that_is_there_and_is_in_no_other_line()
    {
        foreach (var split in new[] { "train", "validation" })
            foreach (var modality in Modalities)
            {
                var lines = dataset[$"{split}-text-{modality}"];
                Assert.All(lines, line => Assert.Equal(["id", "group", "text", modality, "attributes"], line.EnumerateObject().Select(property => property.Name)));
                Assert.All(lines, line => Assert.True(File.Exists(Path.Combine(dataset.Folder, line.GetProperty(modality).GetString()!))));
                Assert.Equal(lines.Count, lines.Select(line => line.GetProperty(modality).GetString()).Distinct().Count());
            }
    }

    [Theory]
    [InlineData("image", "audio")]
    [InlineData("image", "imu")]
    public void Direct_pairs_use_each_training_file_once_and_join_what_shows_the_same(string first, string second)
    {
        var groups = Modalities.SelectMany(modality => dataset[$"train-text-{modality}"].Select(line => (Path: line.GetProperty(modality).GetString()!, Group: Group(line)))).ToDictionary();
        var pairs = dataset[$"train-{first}-{second}"];
        foreach (var modality in new[] { first, second })
        {
            Assert.Equal(pairs.Count, pairs.Select(line => line.GetProperty(modality).GetString()).Distinct().Count());
            Assert.All(pairs, line => Assert.Equal(Group(line), groups[line.GetProperty(modality).GetString()!]));
        }
        Assert.All(pairs, line => Assert.False(line.TryGetProperty("text", out _)));
    }

    [Fact]
    public void Held_out_lines_have_every_modality_and_a_caption_of_each()
    {
        foreach (var line in dataset["heldout"])
        {
            var captions = line.GetProperty("captions");
            Assert.Equal(Modalities, captions.EnumerateObject().Select(caption => caption.Name));
            Assert.Equal(line.GetProperty("text").GetString(), captions.GetProperty("image").GetString());
            Assert.All(Modalities, modality => Assert.True(File.Exists(Path.Combine(dataset.Folder, line.GetProperty(modality).GetString()!))));
        }
    }

    [Fact]
    public void The_control_has_the_same_files_and_the_same_captions_but_not_together()
    {
        foreach (var modality in Modalities)
        {
            IReadOnlyList<JsonElement> train = dataset[$"train-text-{modality}"], shuffled = dataset[$"shuffled-text-{modality}"];
            Assert.Equal(train.Select(line => line.GetProperty(modality).GetString()), shuffled.Select(line => line.GetProperty(modality).GetString()));
            Assert.Equal(train.Select(Caption).Order(), shuffled.Select(Caption).Order());
            Assert.InRange(train.Zip(shuffled).Count(pair => Caption(pair.First) == Caption(pair.Second)), 0, MadeDataset.Size / 20);
        }
    }

    [Fact]
    public void The_summary_counts_what_is_on_the_disk()
    {
        var files = new DirectoryInfo(dataset.Folder).GetFiles("*", SearchOption.AllDirectories);
        Assert.Equal(files.Sum(file => file.Length), dataset.Summary.Bytes);
        Assert.Equal(files.Count(file => file.Extension is ".png" or ".wav" or ".f32"), dataset.Summary.Files);
        Assert.Equal(3 * (MadeDataset.Size + (MadeDataset.Size / 10) + 86), dataset.Summary.Files);
    }

    private JsonElement Description() => JsonDocument.Parse(File.ReadAllText(Path.Combine(dataset.Folder, "dataset.json"))).RootElement;

    private static string Group(JsonElement line) => line.GetProperty("group").GetString()!;

    private static string Caption(JsonElement line) => line.GetProperty("text").GetString()!;
}
