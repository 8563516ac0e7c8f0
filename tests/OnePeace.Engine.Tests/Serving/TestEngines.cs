using System.Text;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Serving;

/// <summary>Engines around small, randomly initialised models.</summary>
internal static class TestEngines
{
    public static readonly CoreShape Shape = new() { Width = 32, Heads = 4, Layers = 2, ExpertWidth = 64, LayerScaleInit = 0.5 };

    public static EncodingEngine Start(IModality modality, EngineOptions? options = null, TimeProvider? time = null) =>
        Start([(modality, new ModalityOptions())], options, time);

    public static EncodingEngine Start(IEnumerable<(IModality Modality, ModalityOptions Options)> modalities, EngineOptions? options = null, TimeProvider? time = null)
    {
        options ??= new EngineOptions { Device = "cpu" };
        var model = new OnePeaceModel(new TransformerCore(Shape));
        model.Core.InitialiseParameters(1);
        foreach (var (modality, settings) in modalities)
        {
            var module = new ModalityModule(modality, Shape, settings);
            module.InitialiseParameters(2);
            model.Attach(module);
        }
        var served = new ServedModel(model, []) { Name = "test", CoreHash = "none", Device = CPU, DataType = ScalarType.Float32 };
        return new EncodingEngine(served, options, [.. Enumerable.Range(0, options.Slots).Select(i => new DeviceThread($"slot {i}", 1))], time ?? TimeProvider.System);
    }

    public static EncodeItem Word(string word, string modality = "word") => new([new EncodePart(modality, Encoding.UTF8.GetBytes(word))]);

    public static EncodeWork Words(params string[] words) => new([.. words.Select(word => Word(word))]);

    /// <summary>Waits until something holds; fails after ten seconds.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1_000 && !condition(); i++) await Task.Delay(10);
        Assert.True(condition());
    }
}
