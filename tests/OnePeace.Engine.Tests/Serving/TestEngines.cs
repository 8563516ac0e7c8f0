using System.Text;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Residency;
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
        time ??= TimeProvider.System;
        var core = new TransformerCore(Shape);
        core.InitialiseParameters(1);
        core.eval();
        var served = new ServedModel(core, new DeviceResidency(options.Residency, time)) { Name = "test", CoreHash = "none", Device = CPU, Precision = ScalarType.Float32 };
        foreach (var (modality, settings) in modalities) served.Modalities.Serve(Version(modality, settings, served.Residency));
        return new EncodingEngine(served, options, [.. Enumerable.Range(0, Math.Max(1, options.Slots)).Select(i => new DeviceThread($"slot {i}", 1))], time);
    }

    public static ModalityVersion Version(IModality modality, ModalityOptions settings, DeviceResidency residency, string? hash = null)
    {
        ModalityModule Load()
        {
            var module = new ModalityModule(modality, Shape, settings);
            module.InitialiseParameters(2);
            module.eval();
            return module;
        }
        var identity = new VersionIdentity(modality.Name, "1.0.0", hash ?? modality.Name, modality.MediaTypes);
        return new ModalityVersion(identity, modality.CreatePreprocessor(settings), new ModalitySeat(modality.Name, 1000, Load), residency, parallelism: 2);
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
