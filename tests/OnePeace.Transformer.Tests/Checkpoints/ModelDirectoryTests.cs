using System.Security.Cryptography;
using System.Text.Json.Nodes;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Checkpoints;

public sealed class ModelDirectoryTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_recipe_makes_the_same_bytes_on_every_machine()
    {
        ModelGenerator.Create(GeneratedModel.Read(Repository("models/recipes/tiny.json"), Plugins.Find), _files.At("tiny"));

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, bytes) in Files(_files.At("tiny")).OrderBy(file => file.Key, StringComparer.Ordinal)) hash.AppendData(bytes);
        Assert.Equal("1db1f616cce91103e00dbaf28f84ff37dfe40edc80cba1603a3758d5166c3373", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Converting_twice_gives_the_same_bytes_and_a_converted_model_converts_to_itself()
    {
        using (var checkpoint = ModelSources.Open(TestFiles.Reference("ckpt/retrieval_fp16.pt")))
        {
            ModelDirectory.Write(checkpoint, _files.At("a"));
            ModelDirectory.Write(checkpoint, _files.At("b"));
        }
        using (var directory = ModelSources.Open(_files.At("a"))) ModelDirectory.Write(directory, _files.At("c"));

        foreach (var (name, bytes) in Files(_files.At("a")))
        {
            Assert.Equal(bytes, Files(_files.At("b"))[name]);
            Assert.Equal(bytes, Files(_files.At("c"))[name]);
        }
    }

    [Theory]
    [InlineData("bfloat16", ScalarType.BFloat16)]
    [InlineData("float32", ScalarType.Float32)]
    public void A_conversion_can_change_the_type_and_leave_modalities_out(string name, ScalarType type)
    {
        using var checkpoint = ModelSources.Open(TestFiles.Reference("ckpt/retrieval_fp16.pt"));
        ModelDirectory.Write(checkpoint, _files.At("out"), DataTypes.Parse(name), ["text", "image"]);
        using var written = ModelSources.Open(_files.At("out"));

        Assert.Equal(["image", "text"], written.Modalities.Keys.Order());
        Assert.Equal(type, written.Core.Weights["layers.0.gamma_1"].Type);
        using var before = checkpoint.Core.Read("layers.0.gamma_1");
        using var after = written.Core.Read("layers.0.gamma_1");
        Assert.True(before.to(type).eq(after).all().ToBoolean());
    }

    [Fact]
    public void What_is_not_asked_for_is_never_opened()
    {
        using (var checkpoint = ModelSources.Open(TestFiles.Reference("ckpt/retrieval_fp32.pt"))) ModelDirectory.Write(checkpoint, _files.At("model"));
        foreach (var other in new[] { "image", "audio" }) File.WriteAllText(Path.Combine(_files.At("model"), "modalities", other, "weights.safetensors"), "garbage");

        using var source = ModelSources.Open(_files.At("model"));
        using var model = ModelLoader.Load(source, Plugins.Find, ["text"]);
        Assert.Equal(["text"], model.Modalities.Keys);
        Assert.Throws<InvalidDataException>(() => ModelLoader.Load(source, Plugins.Find, ["image"]));
    }

    [Fact]
    public void Weights_that_do_not_fit_are_listed()
    {
        using (var checkpoint = ModelSources.Open(TestFiles.Reference("ckpt/retrieval_fp32.pt"))) ModelDirectory.Write(checkpoint, _files.At("model"));
        var config = Path.Combine(_files.At("model"), "config.json");
        var changed = JsonNode.Parse(File.ReadAllText(config))!;
        changed["core"]!["expert_width"] = 64;
        changed["core"]!["scale_attention"] = true;
        File.WriteAllText(config, changed.ToJsonString());

        using var source = ModelSources.Open(_files.At("model"));
        var e = Assert.Throws<InvalidDataException>(() => ModelLoader.Load(source, Plugins.Find));
        Assert.Contains("missing", e.Message);
        Assert.Contains("layers.0.attn_ln.weight", e.Message);
    }

    [Fact]
    public void What_a_configuration_leaves_out_is_as_the_architecture_has_it_by_default()
    {
        ModelGenerator.Create(GeneratedModel.Read(Repository("models/recipes/tiny.json"), Plugins.Find), _files.At("tiny"));
        using var source = ModelSources.Open(_files.At("tiny"));
        Assert.True(source.Shape is { MagnetoScaleAttention: true, ScaleExpert: true, LayerScale: true, ScaleHeads: false });
    }

    [Theory]
    [InlineData("""{"format": 99}""")]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"format": 1, "name": "a", "core": {"width": 8, "heads": 3, "layers": 1, "expert_width": 8}, "core_hash": "", "dtype": "float32", "modalities": []}""")]
    [InlineData("""{"format": 1, "name": "a", "core": {"width": 8, "width": 9, "heads": 1, "layers": 1, "expert_width": 8}, "core_hash": "", "dtype": "float32", "modalities": []}""")]
    [InlineData("""{"format": 1, "name": "a", "core": {"width": 8, "heads": 2, "layers": 2000000000, "expert_width": 8}, "core_hash": "", "dtype": "float32", "modalities": []}""")]
    [InlineData("""{"format": 1, "name": "a", "core": {"width": 8, "heads": 2, "layers": 1, "expert_width": 8}, "core_hash": "", "dtype": "float32", "modalities": ["../../text"]}""")]
    public void A_folder_that_is_no_model_is_refused(string config)
    {
        Directory.CreateDirectory(_files.At("model"));
        File.WriteAllText(Path.Combine(_files.At("model"), "config.json"), config);
        Assert.Contains("model", Assert.Throws<InvalidDataException>(() => ModelSources.Open(_files.At("model"))).Message);
    }

    [Fact]
    public void Writing_never_touches_what_is_there_already()
    {
        using var checkpoint = ModelSources.Open(TestFiles.Reference("ckpt/retrieval_fp32.pt"));
        Directory.CreateDirectory(_files.At("full"));
        File.WriteAllText(Path.Combine(_files.At("full"), "notes"), "mine");

        Assert.Throws<IOException>(() => ModelDirectory.Write(checkpoint, _files.At("full")));
        Assert.Throws<KeyNotFoundException>(() => ModelDirectory.Write(checkpoint, _files.At("other"), modalities: ["smell"]));

        Assert.Equal(["full"], Directory.EnumerateFileSystemEntries(_files.At(".")).Select(Path.GetFileName));
        Assert.Single(Directory.EnumerateFileSystemEntries(_files.At("full")));
    }

    [Fact]
    public void The_hash_of_a_core_is_the_same_before_and_after_it_is_written()
    {
        using var checkpoint = ModelSources.Open(TestFiles.Reference("ckpt/retrieval_fp32.pt"));
        ModelDirectory.Write(checkpoint, _files.At("model"));
        using var written = ModelSources.Open(_files.At("model"));

        Assert.Equal(checkpoint.CoreHash, written.CoreHash);
        Assert.Equal(CoreFile.Hash(Path.Combine(_files.At("model"), "core.safetensors")), written.CoreHash);
        Assert.NotEqual(written.CoreHash, CoreFile.Hash(written.Core, written.Shape with { Heads = 2 }));
    }

    [Fact]
    public void An_inspection_tells_parts_types_and_what_is_skipped()
    {
        using var source = ModelSources.Open(TestFiles.Reference("ckpt/pretrain_stage1_fp16.pt"));
        var inspection = ModelInspection.Of(source);

        Assert.Equal(["image", "text"], inspection.Modalities.Select(m => m.Name));
        Assert.Equal(["float16"], inspection.Core.Dtypes);
        Assert.Equal(source.Skipped.Count, inspection.Skipped.Sum(s => s.Weights.Count));
        Assert.Equal(inspection.Parameters, JsonNode.Parse(inspection.ToJson())!["parameters"]!.GetValue<long>());
        Assert.Contains("width 32, 4 heads, 2 layers, expert width 48", inspection.ToString());
    }

    [Fact]
    public void Raw_pretraining_checkpoints_load_and_say_what_they_left_behind()
    {
        using var source = ModelSources.Open(TestFiles.Reference("ckpt/pretrain_stage1_fp16.pt"));
        Assert.Contains(source.Skipped, s => s.Name == "text_mask_token");
        Assert.Contains(source.Skipped, s => s.Name.StartsWith("decoder_wrapper.", StringComparison.Ordinal));
        using var model = ModelLoader.Load(source, Plugins.Find);
        Assert.Equal(["image", "text"], model.Modalities.Keys.Order());
    }

    private static string Repository(string path) => Path.GetFullPath(Path.Combine(TestFiles.Reference("."), "..", "..", "..", path));

    private static SortedDictionary<string, byte[]> Files(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes));
}
