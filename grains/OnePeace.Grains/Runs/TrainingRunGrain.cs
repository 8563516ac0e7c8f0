using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Runs;
using OnePeace.Grains.Modalities;
using Orleans.Concurrency;

namespace OnePeace.Grains.Runs;

/// <summary>The durable life of one training run: commands say what it should do, the worker that holds its lease says how far it is.</summary>
/// <remarks>
/// A command counts the fence up, so that the worker loses the run at once and whatever it still tells is refused. Progress is in memory, and
/// written down now and then; the checkpoints are what a run goes on from.
/// </remarks>
[Reentrant]
public sealed class TrainingRunGrain : Grain, ITrainingRunGrain
{
    private static readonly TimeSpan UntilWritten = TimeSpan.FromSeconds(10);

    private readonly DurableState<RunLife> _stored;
    private readonly RunSite _site;
    private readonly IRunTrainer _trainer;
    private readonly TimeProvider _time;
    private readonly ILogger<TrainingRunGrain> _log;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly RunNews _news;
    private readonly RunCurve _curve = new();
    private string _core = "", _id = "";
    private DateTimeOffset _heard, _written;
    private RunProgress? _progress;

    public TrainingRunGrain([PersistentState("run", ModalityStorage.Name)] IPersistentState<RunLife> stored, RunSite site, IRunTrainer trainer, TimeProvider time, ILogger<TrainingRunGrain> log)
    {
        _stored = new(stored);
        _site = site;
        _trainer = trainer;
        _time = time;
        _log = log;
        _news = new(time);
    }

    private RunLife Life => _stored.Current;

    private IRunCatalogueGrain Catalogue => GrainFactory.GetRunCatalogue(_core);

    public override Task OnActivateAsync(CancellationToken cancellation)
    {
        var key = this.GetPrimaryKeyString();
        (_core, _id) = (key[..key.LastIndexOf('/')], key[(key.LastIndexOf('/') + 1)..]);
        _heard = _written = _time.GetUtcNow();
        _progress = Life.Progress;
        foreach (var point in Life.Curve) _curve.Add(point);
        _news.StartAfter(Life.Number);
        if (Life.Order is not null) _news.Add(Life.State, null, Life.Reason);   // who asks after a restart is told where it stands
        return Task.CompletedTask;
    }

    public async Task<RunReply> SubmitAsync(RunOrder order)
    {
        if (Life.Order is null && !Life.IsDeleted)
        {
            if (_site.TrainingData is null && !await Catalogue.IsAttendedAsync()) return new RunFault(RunFaultKind.Unavailable, "No server has training data: start one with --training-data DIR.");
            var plugins = await _trainer.PluginsAsync();
            var (read, objection) = await Task.Run(() => RunOrders.Read(order, _site, plugins));
            if (read is not { } recipe) return objection!;
            var note = order.Publish ? await _trainer.UnpublishableAsync(_id, order, recipe) : null;
            if (order.MustPublish && note is not null) return new RunFault(RunFaultKind.Refused, $"{note} Correct the order, or leave 'publish' out to train all the same.", "publish");
            if (!await Catalogue.EnterAsync(_id, isOpen: true)) return new RunFault(RunFaultKind.Unavailable, $"This server keeps {RunLimits.MostRuns} runs: delete some that have ended.");
            await ChangeAsync(life => life.Order is null && !life.IsDeleted
                ? life.Submit(order, order.Name ?? recipe.Name, recipe.Seed, [.. recipe.Stages.Select(s => new RunStage(s.Name, s.Steps))], _time.GetUtcNow()) with { Note = note }
                : life);
        }
        if (Life.IsDeleted) return new RunFault(RunFaultKind.Conflict, "A run of this Idempotency-Key was deleted: choose another key.");
        return Life.Order == order ? Reply() : new RunFault(RunFaultKind.Conflict, "There is a run of this Idempotency-Key with another order: choose another key, or send the same order.");
    }

    public Task<RunReply> DescribeAsync() => Task.FromResult(Reply());

    public Task<RunReply> SummariseAsync()
    {
        var reply = Reply();
        return Task.FromResult(reply with { Run = reply.Run is { } run ? run with { Curve = [] } : null });
    }

    public Task<RunReply> PauseAsync() => CommandAsync(life => life.State switch
    {
        RunState.Submitted or RunState.Running => life.Command(RunState.Paused, _time.GetUtcNow()),
        RunState.Paused => life,
        _ => null,
    }, "paused");

    public Task<RunReply> ResumeAsync() => CommandAsync(life => life switch
    {
        { State: RunState.Paused or RunState.Failed } or { State: RunState.Finished, IsPublishing: false, Reason: not null } => life.Command(RunState.Submitted, _time.GetUtcNow()),
        { WantsWorker: true } => life,
        _ => null,
    }, "resumed");

    public Task<RunReply> CancelAsync() => CommandAsync(life => life.State switch
    {
        RunState.Submitted or RunState.Running or RunState.Paused or RunState.Failed => life.Command(RunState.Cancelled, _time.GetUtcNow()),
        RunState.Cancelled => life,
        _ => null,
    }, "cancelled");

    public async Task<RunReply> DeleteAsync()
    {
        if (Life.Order is null && !Life.IsDeleted) return NotFound();
        var last = Reply();
        await ChangeAsync(life => life.HasEnded ? life.Delete() : life);
        if (!Life.IsDeleted) return new RunFault(RunFaultKind.Conflict, $"The run is {Word(Life.State)}: cancel it first.");
        await Catalogue.DeleteAsync(_id);
        return last.Run is null ? NotFound() : last;
    }

    /// <summary>None is the last before everything that changed was told.</summary>
    public Task<RunEvents> EventsAsync(long after) => Task.FromResult(new RunEvents(_news.After(after), Life.HasEnded && _gate.CurrentCount > 0, Life.Order is not null));

    public async Task<RunModelReply> ModelAsync()
    {
        if (Life.Order is not { } order) return NotFound();
        if (Life.Keeper is not { } keeper) return RunModels.None;
        var recipe = RunOrders.Recipe(order);
        return await GrainFactory.GetRunFiles(_core, keeper).FindAsync(_id, RunModels.Folders(recipe)) is not { } model ? RunModels.NoKeeper
            : model.Files.Count == 0 ? RunModels.None : new RunModelReply { Model = model };
    }

    public async Task<RunLease?> TakeAsync(string worker)
    {
        RunLease? lease = null;
        await ChangeAsync(life =>
        {
            lease = null;
            if (!life.WantsWorker || (life.Worker is { } other && other != worker && _time.GetUtcNow() - _heard < RunLimits.Lease)) return life;
            var taken = life.Take(worker, _time.GetUtcNow());
            lease = new RunLease(taken.Fence, taken.Order!, taken.IsPublishing);
            return taken;
        });
        if (lease is not null) _heard = _time.GetUtcNow();   // who is refused says nothing of the one that works
        if (Life.Order is null) await ForgetAsync();
        return lease;
    }

    /// <summary>The catalogue lists an id before there is a run, which then may never come to be.</summary>
    private async Task ForgetAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (Life.IsDeleted) await Catalogue.DeleteAsync(_id);
            else if (Life.Order is null) await Catalogue.DropAsync(_id);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task<bool> ReportAsync(RunReport report)
    {
        if (!Holds(Life, report)) return false;
        _heard = _time.GetUtcNow();
        foreach (var point in report.Points) _curve.Add(point);
        if (report.Progress is { } progress)
        {
            var isNew = Told(progress) != Told(_progress);
            _progress = progress;
            if (isNew) _news.Add(Life.State, progress, null);
        }
        var held = true;
        if (report.Outcome is { } outcome) await ChangeAsync(life => (held = Holds(life, report)) ? life.End(outcome, _time.GetUtcNow()) : life);
        else if (_heard - _written >= UntilWritten) await ChangeAsync(life => (held = Holds(life, report)) ? life with { Number = _news.Number } : life);   // a new record, so that it is written
        return held;
    }

    /// <summary>What makes progress news.</summary>
    private static (int?, long?, double?) Told(RunProgress? progress) => (progress?.StageIndex, progress?.Step, progress?.ValidationAccuracy);

    private static bool Holds(RunLife life, RunReport report) => life.WantsWorker && life.Worker is not null && life.Fence == report.Fence;

    /// <param name="change">Null where the command does not fit the state.</param>
    private async Task<RunReply> CommandAsync(Func<RunLife, RunLife?> change, string what)
    {
        var fits = true;
        await ChangeAsync(life =>
        {
            if (life.Order is null) return life;
            var changed = change(life);
            fits = changed is not null;
            return changed ?? life;
        });
        return fits ? Reply() : new RunFault(RunFaultKind.Conflict, $"The run is {Word(Life.State)} and cannot be {what} any more.");
    }

    /// <summary>Changes what is stored, one change after the other. The catalogue lists it as open from before until after it is.</summary>
    private async Task ChangeAsync(Func<RunLife, RunLife> change)
    {
        await _gate.WaitAsync();
        try
        {
            var before = Life;
            if (change(before) is { WantsWorker: true } && !before.WantsWorker) await Catalogue.EnterAsync(_id, isOpen: true);
            await _stored.UpdateAsync(life => change(before = life) is var changed && ReferenceEquals(changed, life) ? life : changed.With(_news.Number, _progress, _curve.Points));
            if (!ReferenceEquals(Life, before)) Tell(before);
            if (Life is { WantsWorker: false, Order: not null }) await Catalogue.EnterAsync(_id, isOpen: false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Tell(RunLife before)
    {
        _written = _time.GetUtcNow();
        if ((Life.State, Life.Reason, Life.Since) == (before.State, before.Reason, before.Since) || Life.Order is null) return;
        _log.LogInformation("Training run {Run}: {State}{Reason}", _id, Word(Life.State), Life.Reason is null ? "" : $" ({Life.Reason})");
        _news.Add(Life.State, null, Life.Reason);
    }

    private static string Word(RunState state) => state.ToString().ToLowerInvariant();

    private static RunFault NotFound() => new(RunFaultKind.NotFound, "There is no such training run.");

    private RunReply Reply() => Life.Order is not { } order ? NotFound() : new RunReply
    {
        Run = new RunRecord(_id, Life.State)
        {
            Name = Life.Name,
            Data = order.Data,
            Seed = Life.Seed,
            Publish = order.Publish,
            Stages = Life.Stages,
            Reason = Life.Reason,
            Created = Life.Created,
            Since = Life.Since,
            Progress = _progress,
            Curve = _curve.Points,
            Package = Life.Package,
            HasEnded = Life.HasEnded,
            Note = Life.HasEnded ? null : Life.Note,
        },
    };
}
