using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Modalities.Audio;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Text;
using OnePeace.Transformer.Checkpoints;
using OnePeace.Transformer.Tests.Checkpoints;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

public class SurgeryTests(ITestOutputHelper output)
{
    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateFiles(TestFiles.Reference("ckpt"), "surgery_img_*.safetensors").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Image_tables_of_a_smaller_checkpoint_become_the_official_ones(string file)
    {
        using var scope = NewDisposeScope();
        using var data = new SafetensorsFile(TestFiles.Reference($"ckpt/{file}"));
        var index = JsonNode.Parse(File.ReadAllText(TestFiles.Reference("ckpt/index.json")))!["surgery"]!.AsArray().Single(c => (string)c!["file"]! == file)!;
        var weights = data.Weights.Keys.Where(k => k.StartsWith("in.", StringComparison.Ordinal)).ToDictionary(k => $"adapter.{k[3..]}", data.Read);

        var shape = Shape((int?)index["layers"] ?? 1) with { Width = (int)index["embed_dim"]!, Heads = (int)index["heads"]!, TablePerLayer = index["layers"] is not null };
        var options = new ModalityOptions(new JsonObject { ["bucket_size"] = (int)index["bucket"]![1]!, ["rel_bucket_size"] = (int)index["rel_bucket"]![1]! });
        new ImageModality().UpgradeWeights(weights, shape, options);

        foreach (var name in data.Weights.Keys.Where(k => k.StartsWith("out.", StringComparison.Ordinal) && k is not ("out.rp_bucket_shape" or "out.position_idx")))
        {
            var expected = data.Read(name);
            Assert.Equal(expected.dtype, weights[$"adapter.{name[4..]}"].dtype);
            var difference = Difference.Check(name, weights[$"adapter.{name[4..]}"], expected, 1e-6);
            output.WriteLine($"{file} {name}: {difference:e1}");
        }
        Assert.DoesNotContain("adapter.rel_pos_table.weight", weights.Keys);
    }

    [Fact]
    public void A_table_that_is_larger_than_asked_for_stays_as_it_is()
    {
        using var scope = NewDisposeScope();
        var table = rand(52, 2);
        var weights = new Dictionary<string, Tensor> { ["adapter.rel_pos_table_list.0.weight"] = table };
        new ImageModality().UpgradeWeights(weights, Shape(1), new ModalityOptions(new JsonObject { ["bucket_size"] = 3, ["rel_bucket_size"] = 3 }));
        Assert.Same(table, weights["adapter.rel_pos_table_list.0.weight"]);
    }

    public static TheoryData<IModality> Lines => [new TextModality(), new AudioModality()];

    [Theory]
    [MemberData(nameof(Lines))]
    public void An_old_shared_table_is_renamed_and_copied_to_every_layer(IModality modality)
    {
        using var scope = NewDisposeScope();
        var table = rand(514, 2);
        var weights = new Dictionary<string, Tensor> { ["adapter.rel_pos_table.weight"] = table };
        modality.UpgradeWeights(weights, Shape(3) with { TablePerLayer = true }, new ModalityOptions());
        Assert.Equal(Enumerable.Range(0, 3).Select(i => $"adapter.rel_pos_table_list.{i}.weight"), weights.Keys.Order(StringComparer.Ordinal));
        Assert.All(weights.Values, copy => Assert.Equal(0, Difference.Relative(copy, table)));
    }

    [Fact]
    public void A_table_per_layer_is_not_overwritten_by_the_first()
    {
        using var scope = NewDisposeScope();
        var (first, second) = (rand(514, 2), rand(514, 2));
        var weights = new Dictionary<string, Tensor> { ["adapter.rel_pos_table_list.0.weight"] = first, ["adapter.rel_pos_table_list.1.weight"] = second };
        ((IModality)new TextModality()).UpgradeWeights(weights, Shape(2) with { TablePerLayer = true }, new ModalityOptions());
        Assert.Same(second, weights["adapter.rel_pos_table_list.1.weight"]);
    }

    private static CoreShape Shape(int layers) => new() { Width = 16, Heads = 2, Layers = layers, ExpertWidth = 8 };
}
