using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Modalities;
using OnePeace.Files;
using Orleans.Concurrency;

namespace OnePeace.Grains.Modalities;

/// <summary>The durable life of one modality. A command writes down what is wanted, tells the replicas, and waits for what they report.</summary>
/// <remarks>
/// Whatever is under way goes on by reports alone, whether or not the caller still waits: a process that is killed in the middle finds what was
/// wanted after its restart. Writes are compare-and-swap; a loser reads again.
/// </remarks>
[Reentrant]
public sealed class ModalityGrain : Grain, IModalityGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(9), Recheck = TimeSpan.FromSeconds(2);

    private readonly DurableState<ModalityLife> _stored;
    private readonly ContentStore _packages;
    private readonly TimeProvider _time;
    private readonly ILogger<ModalityGrain> _log;
    private readonly SemaphoreSlim _gate = new(1), _progress = new(1);
    private readonly ReplicaReports _reports = new();
    private string _core = "", _name = "";
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ModalityGrain([PersistentState("life", ModalityStorage.Name)] IPersistentState<ModalityLife> stored, ContentStore packages, TimeProvider time, ILogger<ModalityGrain> log)
    {
        _stored = new(stored);
        _packages = packages;
        _time = time;
        _log = log;
    }

    private ModalityLife Life => _stored.Current;

    private IModalityCatalogueGrain Catalogue => GrainFactory.GetModalityCatalogue(_core);

    public override Task OnActivateAsync(CancellationToken cancellation)
    {
        var key = this.GetPrimaryKeyString();
        (_core, _name) = (key[..key.LastIndexOf('/')], key[(key.LastIndexOf('/') + 1)..]);
        this.RegisterGrainTimer(() => ProgressAsync(), new() { DueTime = Recheck, Period = Recheck, Interleave = true });
        return Task.CompletedTask;
    }

    public Task<ModalityRecord> DescribeAsync() => Task.FromResult(new ModalityRecord(_name, Life.Versions));

    public Task<WantedVersions> WantedAsync() => Task.FromResult(new WantedVersions(Life.Active, Life.Staged, Life.Attempt));

    public Task<ModalityReply> AddAsync(PackageSummary package, CancellationToken cancellation) => AttachAsync(package, isThere: false, cancellation);

    public Task<ModalityReply> SwitchAsync(string version, CancellationToken cancellation) => Life.Named(version) is { } found
        ? AttachAsync(found.Package, isThere: true, cancellation)
        : Task.FromResult(Reply(NoVersion(Life, version)));

    public async Task<ModalityReply> RemoveAsync(string? version, CancellationToken cancellation)
    {
        IReadOnlyList<VersionRecord> removed = [];
        ModalityFault? objection = null;
        await UpdateAsync(life =>
        {
            removed = [.. life.Versions.Where(v => version is null || v.Package.Version == version)];
            objection = Objection(life, removed, version);
            return objection is null ? life.Remove(removed.Select(v => v.Package.Hash), _time.GetUtcNow()) : life;
        });
        if (objection is not null) return Reply(objection);
        foreach (var drained in removed.Where(v => v.State != VersionState.Draining)) await TellAsync(drained, "draining");
        await Catalogue.AnnounceAsync(_name);
        return await SettleAsync(() => !removed.Any(v => Life.Leaving.Contains(v.Package.Hash)), cancellation);
    }

    public Task ReportAsync(ReplicaReport report)
    {
        _reports.Take(report);
        return ProgressAsync();
    }

    /// <summary>Takes every step that the replicas' reports allow, one after the other.</summary>
    private async Task ProgressAsync()
    {
        await _progress.WaitAsync();
        try
        {
            await AdvanceAsync();
        }
        finally
        {
            _progress.Release();
        }
    }

    /// <param name="isThere">Only where the package is one of the versions.</param>
    private async Task<ModalityReply> AttachAsync(PackageSummary package, bool isThere, CancellationToken cancellation)
    {
        var hash = package.Hash;
        ModalityFault? objection = null;
        var begun = false;
        await UpdateAsync(life =>
        {
            objection = isThere && (life.Find(hash) is null || life.Leaving.Contains(hash)) ? NoVersion(life, package.Version) : Objection(life, package);
            begun = objection is null && life.Staged != hash && (life.Active != hash || life.Find(hash) is { State: VersionState.Failed });
            return begun ? life.Stage(package, _time.GetUtcNow()) : life;
        });
        if (objection is not null) return Reply(objection);
        if (begun)
        {
            await TellAsync(new(package, VersionState.Attaching), "attaching");
            await Catalogue.AnnounceAsync(_name);
        }
        var reply = await SettleAsync(() => Life.Find(hash) is null or { State: VersionState.Failed } || (Life.Active == hash && Life.Staged != hash && _reports.AllServe(hash)), cancellation);
        return Life.Find(hash) switch
        {
            { State: VersionState.Failed, Reason: var reason } => reply with { Fault = _reports.FaultOf(hash) ?? new(ModalityFaultKind.Refused, reason ?? "It was refused.") },
            null => reply with { Fault = new(ModalityFaultKind.Conflict, "The version was removed while it was being attached.") },
            _ => reply,
        };
    }

    private ModalityFault? Objection(ModalityLife life, PackageSummary package)
    {
        if (life.Staged is { } staged && staged != package.Hash)
            return new(ModalityFaultKind.Conflict, $"Version {life.Find(staged)?.Package.Version} of '{_name}' is being attached: wait until that is over.");
        return life.Named(package.Version) is { State: not VersionState.Failed } there && there.Package.Hash != package.Hash
            ? new(ModalityFaultKind.Conflict, $"Version {package.Version} of '{_name}' exists with other content: raise the version, or remove that one first.")
            : null;
    }

    private ModalityFault? Objection(ModalityLife life, IReadOnlyList<VersionRecord> removed, string? version)
    {
        if (removed.Count == 0)
            return version is null ? new(ModalityFaultKind.NotFound, $"There is no modality '{_name}' that came as a package.") : NoVersion(life, version);
        return version is not null && removed.Any(v => v.Package.Hash == life.Active && v.State != VersionState.Failed)
            ? new(ModalityFaultKind.Conflict, $"Version {version} of '{_name}' serves: switch to another first, or remove the whole modality.")
            : null;
    }

    private ModalityFault NoVersion(ModalityLife life, string version) =>
        new(ModalityFaultKind.NotFound, $"'{_name}' has no version {version}; it has {string.Join(", ", life.Versions.Where(v => !life.Leaving.Contains(v.Package.Hash)).Select(v => v.Package.Version))}.");

    private async Task AdvanceAsync()
    {
        var attempt = Life.Attempt;
        if (Life.Versions.Count == 0) return;
        var replicas = await Catalogue.ReplicasAsync();
        if (Life.Attempt != attempt || !_reports.AreComplete(replicas, attempt)) return;
        if (Life.Staged is { } staged) await DecideAsync(attempt, staged);
        else if (Life.Active is { } active) await FollowAsync(attempt, active);
        await TellLeaksAsync();
        foreach (var drained in Life.Versions.Where(v => v.State == VersionState.Draining && _reports.NobodyHas(v.Package.Hash)).ToList())
        {
            if (await StepAsync(attempt, life => life.Find(drained.Package.Hash) is { State: VersionState.Draining } ? life.Drained(drained.Package.Hash, _time.GetUtcNow()) : life))
                await TellAsync(drained, "detached");
        }
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>The staged version takes over where every replica has it, and is refused where one refuses it.</summary>
    private async Task DecideAsync(long attempt, string staged)
    {
        var (version, before) = (Life.Find(staged)!, Life.Active is { } active && active != staged ? Life.Find(active) : null);
        if (_reports.FaultOf(staged) is { } fault)
        {
            if (!await StepAsync(attempt, life => life.Staged == staged ? life.Refuse(staged, fault.Message, _time.GetUtcNow()) : life)) return;
            await TellAsync(version, "failed", fault.Message);
        }
        else
        {
            if (!_reports.AllHave(staged) || !await StepAsync(attempt, life => life.Staged == staged ? life.Flip(_time.GetUtcNow()) : life)) return;
            await TellAsync(version, "ready");
            if (before is not null) await TellAsync(before, "draining");
        }
        await Catalogue.AnnounceAsync(_name);
    }

    /// <summary>The active version stays wanted where every replica refuses it: whether it serves is told.</summary>
    private async Task FollowAsync(long attempt, string active)
    {
        var version = Life.Find(active)!;
        if (version.State == VersionState.Failed)
        {
            if (_reports.AllServe(active) && await StepAsync(attempt, life => life.Active == active ? life.Recover(_time.GetUtcNow()) : life)) await TellAsync(version, "ready");
        }
        else if (_reports.AllRefuse(active) is { } fault && await StepAsync(attempt, life => life.Active == active ? life.Refuse(active, fault.Message, _time.GetUtcNow()) : life))
        {
            await TellAsync(version, "failed", fault.Message);
        }
    }

    private async Task TellLeaksAsync()
    {
        foreach (var leaked in _reports.NewLeaks().Select(Life.Find).OfType<VersionRecord>().ToList()) await TellAsync(leaked, "leaked", "Something still refers to its assemblies.");
    }

    private async Task<ModalityReply> SettleAsync(Func<bool> settled, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(LongestWait);
        while (!settled())
        {
            var changed = _changed.Task;
            await changed.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (patience.IsCancellationRequested) return Reply() with { Finished = false };
        }
        return Reply();
    }

    /// <summary>A change that reports allow: only as long as no new command came after them. False where nothing changed.</summary>
    private Task<bool> StepAsync(long attempt, Func<ModalityLife, ModalityLife> change) => UpdateAsync(life => life.Attempt == attempt ? change(life) : life);

    /// <summary>Changes what is stored, one change after the other; false where it stays the same. Files of versions that are no more go at once.</summary>
    /// <remarks>The catalogue lists the modality from before its first version until after its last: what it does not list is never looked for.</remarks>
    private async Task<bool> UpdateAsync(Func<ModalityLife, ModalityLife> change)
    {
        await _gate.WaitAsync();
        try
        {
            var (before, changed) = (Life, Life);
            await Catalogue.EnterAsync(_name);
            await _stored.UpdateAsync(life => changed = change(before = life));
            await Task.Run(() => RemoveFiles(before.Versions.Select(v => v.Package.Hash).Where(hash => changed.Find(hash) is null)));
            if (Life.Versions.Count == 0) await Catalogue.LeaveAsync(_name);
            return !ReferenceEquals(before, changed);
        }
        finally
        {
            _gate.Release();
        }
    }

    private void RemoveFiles(IEnumerable<string> hashes)
    {
        foreach (var hash in hashes)
        {
            try
            {
                _packages.Remove(hash);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _log.LogWarning(e, "The package {Hash} could not be removed; it goes at the next start", hash);
            }
        }
    }

    private Task TellAsync(VersionRecord version, string what, string? detail = null)
    {
        var number = version.Package.Version;
        _log.LogInformation("Modality {Modality} {Version}: {What}{Detail}", _name, number, what, detail is null ? "" : $" ({detail})");
        return Catalogue.RecordAsync(new ModalityEvent(0, _time.GetUtcNow(), _name, number, what, detail));
    }

    private ModalityReply Reply(ModalityFault? fault = null) => new(new ModalityRecord(_name, Life.Versions)) { Fault = fault };
}
