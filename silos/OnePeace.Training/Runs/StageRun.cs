using System.Globalization;
using OnePeace.Files;
using OnePeace.Training.Data;
using OnePeace.Training.Models;
using OnePeace.Training.Recipes;
using OnePeace.Training.Steps;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Runs;

/// <summary>One stage from its first step, or from its newest checkpoint, to its last. A run that was killed at any moment goes on and ends with the same bytes.</summary>
public sealed class StageRun : IAsyncDisposable
{
    private const string HistoryName = "history.jsonl", BadPairsName = "bad-pairs.jsonl";
    private const int MostIdleSteps = 8;
    private const string BestLossNote = "best_loss", WorseNote = "worse";

    private readonly StageSetting _setting;
    private readonly TrainingStage _stage;
    private readonly StageData _data;
    private readonly Trainer _trainer;
    private readonly CheckpointFolder _checkpoints;
    private readonly HistoryFile _history;
    private readonly BadPairFile _badPairs;
    private readonly Pace _pace = new(TimeProvider.System);
    private HistoryLine? _validation;
    private double _bestLoss = double.PositiveInfinity;
    private int _worse;
    private int _idle;
    private long _saved = -1;

    private StageRun(StageSetting setting, StageData data, Trainer trainer)
    {
        (_setting, _stage, _data, _trainer) = (setting, setting.Stage, data, trainer);
        _checkpoints = new CheckpointFolder(setting.Folder, setting.Fingerprint(data.Digest()));
        _history = new HistoryFile(HistoryOf(setting.Folder));
        _badPairs = new BadPairFile(BadPairsOf(setting.Folder));
        data.Recall(_badPairs.Pairs);
    }

    /// <summary>Where a stage's history lies.</summary>
    public static string HistoryOf(string folder) => Path.Combine(folder, HistoryName);

    /// <summary>Where a stage lists the pairs that could not be used; there is no such file without one.</summary>
    public static string BadPairsOf(string folder) => Path.Combine(folder, BadPairsName);

    /// <summary>Pairs that could not be used, the first hundred of each kind.</summary>
    public IReadOnlyList<BadPair> BadPairs => _data.Listed;

    /// <summary>Opens data and model, and takes up the newest checkpoint if there is one.</summary>
    /// <exception cref="InvalidDataException">Recipe, data, model or checkpoints do not fit each other.</exception>
    public static async Task<StageRun> OpenAsync(StageSetting setting, CancellationToken cancellation)
    {
        DurableFile.CreateDirectory(setting.Folder);
        var trainer = await setting.Device.Thread.RunAsync(() => CreateTrainer(setting)).ConfigureAwait(false);
        StageData? data = null;
        try
        {
            data = await StageData.OpenAsync(setting, trainer.Model, cancellation).ConfigureAwait(false);
            var run = new StageRun(setting, data, trainer);
            await run.ResumeAsync().ConfigureAwait(false);
            return run;
        }
        catch
        {
            if (data is not null) await data.DisposeAsync().ConfigureAwait(false);
            await setting.Device.Thread.RunAsync(() => Free(trainer)).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Trains to the end.</summary>
    /// <param name="observer">Told of every step.</param>
    /// <param name="stop">Stops after the step under way, and leaves a checkpoint to go on from.</param>
    /// <exception cref="DivergedException">A number is not finite any more; the last checkpoint is kept.</exception>
    /// <exception cref="InvalidDataException">Several steps in a row had no pair to learn from.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync(ITrainingObserver observer, CancellationToken stop)
    {
        try
        {
            await TrainAsync(observer, stop).ConfigureAwait(false);
        }
        catch
        {
            WriteRecords();
            throw;
        }
    }

    /// <summary>Writes the model after this stage, what is frozen byte for byte as it was.</summary>
    public Task WriteModelAsync(string path) => _setting.Device.Thread.RunAsync(() =>
    {
        using var average = _trainer.UseAverage();
        using var combined = TrainedModel.Combine(_setting.Base, _trainer.Model, _stage);
        ModelDirectory.Write(combined, path);
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _data.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await _setting.Device.Thread.RunAsync(() => Free(_trainer)).ConfigureAwait(false);
        }
    }

    private async Task TrainAsync(ITrainingObserver observer, CancellationToken stop)
    {
        while (_trainer.Done < _stage.Steps && !IsOver)
        {
            var batches = await NextAsync(stop).ConfigureAwait(false);
            var result = await _setting.Device.Thread.RunAsync(() => _trainer.Step(batches)).ConfigureAwait(false);
            CheckPairs(result.Pairs);
            _pace.Stepped(result.Pairs);
            _history.Add(HistoryLine.Of(result));
            if (IsDue(_stage.ValidateEvery)) await ValidateAsync().ConfigureAwait(false);
            if (IsDue(_stage.CheckpointEvery)) await SaveAsync().ConfigureAwait(false);
            observer.Progressed(Describe(result));
        }
        await SaveAsync().ConfigureAwait(false);
        await TakeBestAsync().ConfigureAwait(false);
    }

    /// <summary>What a run that fails knew. Resuming forgets the lines after its checkpoint.</summary>
    private void WriteRecords()
    {
        try
        {
            _history.Flush();
            _badPairs.Write(BadPairs);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // what ended the run is told, not this
        }
    }

    private bool IsOver => _stage.Patience > 0 && _worse >= _stage.Patience;

    private bool IsDue(int every) => every > 0 && _trainer.Done % every == 0;

    private static Trainer CreateTrainer(StageSetting setting)
    {
        var source = new TrainingSource(setting.Base, setting.Plugins)
        {
            Device = setting.Device.Device,
            Core = setting.Core,
            NewModalities = setting.NewModalities,
            Seed = setting.Seed,
            FirstScale = setting.FirstScale,
        };
        return new Trainer(new TrainingModelBuilder(source, setting.Stage).Build(), setting.Stage, setting.Seed);
    }

    private static bool Free(Trainer trainer)
    {
        trainer.Dispose();
        return true;
    }

    private async Task ResumeAsync()
    {
        if (_checkpoints.ReadNewest() is not var (state, notes))
        {
            _history.Rewind(0);
            return;
        }
        using (state)
            await _setting.Device.Thread.RunAsync(() => { _trainer.Restore(state); return true; }).ConfigureAwait(false);
        if (notes.TryGetValue(BestLossNote, out var best)) _bestLoss = double.Parse(best, CultureInfo.InvariantCulture);
        if (notes.TryGetValue(WorseNote, out var worse)) _worse = int.Parse(worse, CultureInfo.InvariantCulture);
        _history.Rewind(state.Step);
        _saved = state.Step;
    }

    /// <summary>The next step's batches; where it is stopped, also by waiting for them, a checkpoint is left first.</summary>
    private async Task<IReadOnlyList<PreparedPairs>> NextAsync(CancellationToken stop)
    {
        try
        {
            stop.ThrowIfCancellationRequested();
            return await _data.NextAsync(_trainer.Done, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await SaveAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A step may have bad luck with bad pairs, but steps without any make no model.</summary>
    private void CheckPairs(int pairs)
    {
        _idle = pairs == 0 ? _idle + 1 : 0;
        if (_idle < Math.Min(_stage.Steps, MostIdleSteps)) return;
        throw new InvalidDataException($"Stage '{_stage.Name}': the last {_idle} steps had no two good pairs of '{_stage.Pivot}' and '{_stage.Other}'; {_data.Bad.Count:N0} pairs are bad. The first: "
            + _data.Bad.Examples);
    }

    private async Task SaveAsync()
    {
        _badPairs.Write(BadPairs);
        if (_saved == _trainer.Done) return;
        using var state = await _setting.Device.Thread.RunAsync(_trainer.Capture).ConfigureAwait(false);
        _history.Flush();
        var notes = new Dictionary<string, string> { [WorseNote] = _worse.ToString(CultureInfo.InvariantCulture) };
        if (double.IsFinite(_bestLoss)) notes[BestLossNote] = _bestLoss.ToString("R", CultureInfo.InvariantCulture);
        _checkpoints.Write(state, notes);
        _saved = state.Step;
    }

    private async Task ValidateAsync()
    {
        if (_data.Validation.Count == 0) return;
        var (loss, accuracy) = await _setting.Device.Thread.RunAsync(() => _trainer.Validate(_data.Validation)).ConfigureAwait(false);
        if (!double.IsFinite(loss)) throw new DivergedException(_trainer.Done, "the validation loss");
        _validation = new HistoryLine { Kind = HistoryLine.OfValidation, Step = _trainer.Done, Loss = loss, Accuracy = accuracy };
        _history.Add(_validation);
        if (_stage.Patience == 0) return;
        _worse = loss < _bestLoss ? 0 : _worse + 1;
        if (_worse > 0) return;
        _bestLoss = loss;
        using var state = await _setting.Device.Thread.RunAsync(_trainer.Capture).ConfigureAwait(false);
        _checkpoints.WriteBest(state);
    }

    private async Task TakeBestAsync()
    {
        if (!double.IsFinite(_bestLoss)) return;   // never validated, or without patience
        using var best = _checkpoints.ReadBest();
        await _setting.Device.Thread.RunAsync(() => { _trainer.Restore(best); return true; }).ConfigureAwait(false);
    }

    private TrainingProgress Describe(StepResult result) => new()
    {
        Stage = _stage.Name,
        Step = result.Step,
        Steps = _stage.Steps,
        Last = result,
        Validation = _validation,
        PairsPerSecond = _pace.PairsPerSecond,
        Remaining = _pace.Remaining(_stage.Steps - result.Step),
        MemoryBytes = Environment.WorkingSet,
        BadPairs = _data.BadCount,
    };
}
