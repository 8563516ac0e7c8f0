using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Tests.Plugins;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers.Packing;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Serving;

public sealed class LoadingTests : IDisposable
{
    private static readonly string[] Names = ["text", "image"];

    private readonly TemporaryFolder _folder = new();
    private readonly PluginCatalogue _catalogue = PluginCatalogue.BesideExecutable();
    private readonly string _model;

    public LoadingTests()
    {
        _model = Path.Combine(_folder.Path, "model");
        var options = new Dictionary<string, JsonObject> { ["text"] = new() { ["vocabulary"] = 50_265 }, ["image"] = new() { ["bucket_size"] = 4 } };
        ModelGenerator.Create(new GeneratedModel("tiny", TestEngines.Shape, [.. Names.Select(n => (_catalogue.Get(n), new ModalityOptions(options[n])))]), _model);
    }

    [Fact]
    public async Task A_loaded_engine_describes_what_it_serves()
    {
        await using var engine = await EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu" });
        var description = engine.Describe();
        Assert.Equal(("tiny", 32, "cpu", "float32"), (description.Model, description.Dimensions, description.Device, description.DataType));
        Assert.Matches("^[0-9a-f]{64}$", description.CoreHash);
        Assert.Equal(["image", "text"], description.Modalities.Select(m => m.Name));
        var text = description.Modalities[1];
        Assert.Equal((_catalogue.Find("text").Hash, "ready", "text/plain"), (text.Hash, text.State, Assert.Single(text.MediaTypes)));
        Assert.StartsWith("0.1.0", text.Version, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    [InlineData("int8")]
    public async Task Text_and_pictures_become_unit_vectors_through_their_plugins(string type)
    {
        Assert.SkipWhen(type == "int8" && Quantisation.Refusal is not null, Quantisation.Refusal ?? "");
        await using var engine = await EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu", DataType = type });
        var picture = File.ReadAllBytes(Path.Combine(ReferenceData.Folder, "image", "inputs", "a_scene.jpg"));
        var vectors = await engine.EncodeAsync(new EncodeWork(
            [new([new("text", Encoding.UTF8.GetBytes("a dog"))]), new([new("image", picture)]), new([new("text", Encoding.UTF8.GetBytes("a dog")), new("image", picture)], Fusion.Joint)]), default);
        Assert.All(vectors, v => Assert.Equal(1, v.Vector.Sum(x => x * x), 1e-5));
        Assert.Equal(vectors[0].Tokens + vectors[1].Tokens, vectors[2].Tokens);
    }

    [Fact]
    public async Task Experts_in_int8_are_told_of_and_give_nearly_the_same_vectors()
    {
        Assert.SkipWhen(Quantisation.Refusal is not null, Quantisation.Refusal ?? "");
        await using var exact = await EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu" });
        await using var engine = await EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu", DataType = "int8" });
        Assert.Equal("int8-float32", engine.Describe().DataType);
        EncodePart text = new("text", Encoding.UTF8.GetBytes("a dog and a cat")), image = new("image", File.ReadAllBytes(Path.Combine(ReferenceData.Folder, "image", "inputs", "a_scene.jpg")));
        var work = new EncodeWork([new([text]), new([image]), new([text, image], Fusion.Joint)]);
        var pairs = (await exact.EncodeAsync(work, default)).Zip(await engine.EncodeAsync(work, default));
        Assert.All(pairs, pair => Assert.InRange(pair.First.Vector.Zip(pair.Second.Vector, (one, other) => one * other).Sum(), 0.999, 0.9999999));   // not the same: it is int8 that computes
    }

    [Fact]
    public async Task In_int8_deterministic_vectors_are_the_same_to_the_bit_whatever_else_is_asked_for()
    {
        Assert.SkipWhen(Quantisation.Refusal is not null, Quantisation.Refusal ?? "");
        await using var engine = await EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu", DataType = "int8", Deterministic = true });
        EncodeItem[] items = [.. new[] { "a dog", "two cats on a mat", "a", "rain falls on the old town" }.Select(text => new EncodeItem([new("text", Encoding.UTF8.GetBytes(text))]))];
        var together = await engine.EncodeAsync(new EncodeWork(items), default);
        foreach (var (index, item) in items.Index()) Assert.Equal(together[index].Vector, (await engine.EncodeAsync(new EncodeWork([item]), default))[0].Vector);
    }

    [Fact]
    public async Task Only_the_modalities_asked_for_are_served()
    {
        await using var engine = await EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu" }, ["text"]);
        Assert.Equal("text", Assert.Single(engine.Describe().Modalities).Name);
        await Assert.ThrowsAsync<UnknownModalityException>(() => engine.EncodeAsync(new EncodeWork([new([new("image", new byte[1])])]), default));
    }

    [Fact]
    public async Task A_bad_picture_is_refused_and_leaks_nothing()
    {
        await using var engine = await EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu" });
        var before = Tensor.TotalCount;
        var rejected = await Assert.ThrowsAsync<ItemRejectedException>(() => engine.EncodeAsync(new EncodeWork([new([new("image", new byte[100])])]), default));
        Assert.Equal(0, rejected.Index);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public async Task Loading_and_closing_leaves_no_tensor_behind()
    {
        await LoadAndCloseAsync();
        var before = TensorCensus.Live;
        await LoadAndCloseAsync();
        Assert.Equal(before, TensorCensus.Live);
    }

    [Fact]
    public async Task What_cannot_be_loaded_says_why()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => EncodingEngine.LoadAsync(Path.Combine(_folder.Path, "none"), _catalogue, new EngineOptions { Device = "cpu" }));
        await Assert.ThrowsAsync<ArgumentException>(() => EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "abacus" }));
        await Assert.ThrowsAsync<ArgumentException>(() => EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu", DataType = "float16" }));
        using var none = new PluginCatalogue(Path.Combine(_folder.Path, "no plugins"));
        await Assert.ThrowsAsync<PluginLoadException>(() => EncodingEngine.LoadAsync(_model, none, new EngineOptions { Device = "cpu" }));
    }

    public void Dispose()
    {
        _catalogue.Dispose();
        _folder.Dispose();
    }

    private async Task LoadAndCloseAsync() => await (await EncodingEngine.LoadAsync(_model, _catalogue, new EngineOptions { Device = "cpu" })).DisposeAsync();
}
