using OnePeace.Modalities;
using OnePeace.Training.Data;
using OnePeace.Training.Models;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Training.Steps;
using OnePeace.Training.Tests.Runs;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Tests.Models;

/// <summary>A trainer on the tiny model, without a run around it; all on the caller's thread.</summary>
internal sealed class TinyTrainer : IAsyncDisposable
{
    private readonly ModelSource _source;
    private readonly StageData _data;

    private TinyTrainer(ModelSource source, StageData data, Trainer trainer) => (_source, _data, Trainer) = (source, data, trainer);

    public Trainer Trainer { get; }

    /// <param name="world">Where data and plugins are.</param>
    /// <param name="model">The model before the stage.</param>
    /// <param name="stage">The stage.</param>
    public static async Task<TinyTrainer> OpenAsync(TinyWorld world, string model, TrainingStage stage)
    {
        var source = ModelDirectory.Open(model);
        var options = TinyWorld.Recipe().Model!.Modalities.ToDictionary(m => m.Key, m => new ModalityOptions(m.Value));
        var trainer = new Trainer(new TrainingModelBuilder(new TrainingSource(source, world.Plugins.Get) { NewModalities = options, FirstScale = 6 }, stage).Build(), stage, seed: 3);
        var data = await StageData.OpenAsync(new StageSetting
        {
            Stage = stage,
            Seed = 3,
            Folder = world.At("unused"),
            Base = source,
            Plugins = world.Plugins.Get,
            Data = Path.Combine(world.Data, "train.jsonl"),
            Device = world.Device,
        }, trainer.Model, default);
        return new TinyTrainer(source, data, trainer);
    }

    public async Task<IReadOnlyList<PreparedPairs>> NextAsync() => await _data.NextAsync(Trainer.Done, default);

    public async Task<StepResult> StepAsync() => Trainer.Step(await NextAsync());

    public async ValueTask DisposeAsync()
    {
        await _data.DisposeAsync();
        Trainer.Dispose();
        _source.Dispose();
    }
}
