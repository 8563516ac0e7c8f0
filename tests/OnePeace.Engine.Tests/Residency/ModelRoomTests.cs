using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Tests.Plugins;
using OnePeace.Engine.Tests.Serving;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine.Tests.Residency;

public sealed class ModelRoomTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PluginCatalogue _catalogue = PluginCatalogue.BesideExecutable();
    private readonly string _model;
    private readonly long _text, _image;

    public ModelRoomTests()
    {
        _model = Path.Combine(_folder.Path, "model");
        ModelGenerator.Create(new GeneratedModel("tiny", TestEngines.Shape,
        [
            (_catalogue.Get("text"), new ModalityOptions(new JsonObject { ["vocabulary"] = 50_265 })),
            (_catalogue.Get("image"), new ModalityOptions(new JsonObject { ["bucket_size"] = 4 })),
        ]), _model);
        using var source = ModelSources.Open(_model);
        (_text, _image) = (Bytes(source, "text"), Bytes(source, "image"));
    }

    [Fact]
    public async Task A_model_starts_with_room_for_its_largest_modality_and_both_answer()
    {
        Assert.True(_text > _image);
        await using var engine = await LoadAsync(_text);
        Assert.Equal((true, _text), Resident(engine, "text"));
        Assert.Equal((false, _image), Resident(engine, "image"));
        var picture = File.ReadAllBytes(Path.Combine(ReferenceData.Folder, "image", "inputs", "a_scene.jpg"));
        await engine.EncodeAsync(new EncodeWork([new([new("image", picture)])]), default);
        Assert.Equal((true, _image), Resident(engine, "image"));
        Assert.False(Resident(engine, "text").IsResident);
        await engine.EncodeAsync(new EncodeWork([new([new("text", Encoding.UTF8.GetBytes("a dog"))])]), default);
        Assert.True(Resident(engine, "text").IsResident);
    }

    [Fact]
    public async Task A_byte_less_is_refused_with_the_numbers()
    {
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => LoadAsync(_text - 1));
        Assert.All([$"{_text:N0}", $"{_text - 1:N0}", "text", "--modality-memory"], word => Assert.Contains(word, refused.Message));
        Assert.DoesNotContain('\n', refused.Message);
        using var source = ModelSources.Open(_model);
        Assert.Equal(refused.Message, Assert.Throws<InvalidDataException>(() => Options(_text - 1).CheckRoom(source)).Message);
        Options(_text).CheckRoom(source);
    }

    [Fact]
    public async Task What_is_pinned_is_counted_too_and_never_leaves()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => LoadAsync(_text + _image - 1, "text"));
        await using var engine = await LoadAsync(_text + _image, "text", "not_here_yet");
        Assert.True(Resident(engine, "text").IsResident);
    }

    public void Dispose()
    {
        _catalogue.Dispose();
        _folder.Dispose();
    }

    private static EngineOptions Options(long budget, params string[] pinned) => new() { Device = "cpu", Residency = new ResidencyOptions { BudgetBytes = budget, Pinned = pinned } };

    private static (bool IsResident, long Bytes) Resident(EncodingEngine engine, string name)
    {
        var modality = engine.Describe().Modalities.Single(m => m.Name == name);
        return (modality.IsResident, modality.WeightBytes);
    }

    private static long Bytes(ModelSource source, string name) => source.Modalities[name].Weights.Weights.Values.Sum(w => TensorSize.Bytes(w.Shape, w.Type));

    private Task<EncodingEngine> LoadAsync(long budget, params string[] pinned) => EncodingEngine.LoadAsync(_model, _catalogue, Options(budget, pinned));
}
