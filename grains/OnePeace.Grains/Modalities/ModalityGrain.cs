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

    private readonly IPersistentState<ModalityLife> _stored;
    private readonly ContentStore _packages;
    private readonly TimeProvider _time;
    private readonly ILogger<ModalityGrain> _log;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ReplicaReports _reports = new();
    private string _core = "", _name = "";
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ModalityGrain([PersistentState("life", ModalityStorage.Name)] IPersistentState<ModalityLife> stored, ContentStore packages, TimeProvider time, ILogger<ModalityGrain> log)
    {
        _stored = stored;
        _packages = packages;
        _time = time;
        _log = log;
    }

    private ModalityLife Life => _stored.State;

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

    public async Task<ModalityReply> AddAsync(PackageSummary package, CancellationToken cancellation)
    {
        await Catalogue.EnterAsync(_name);   // first: a modality that is not in the catalogue is never looked for
        return await AttachAsync(package, cancellation);
    }

    public Task<ModalityReply> SwitchAsync(string version, CancellationToken cancellation) => Life.Named(version) is { } found
        ? AttachAsync(found.Package, cancellation)
        : Task.FromResult(Reply(new(ModalityFaultKind.NotFound, $"'{_name}' has no version {version}; it has {string.Join(", ", Life.Versions.Select(v => v.Package.Version))}.")));

    public async Task<ModalityReply> RemoveAsync(string? version, CancellationToken cancellation)
    {
        string[] hashes = [.. Life.Versions.Where(v => version is null || v.Package.Version == version).Select(v => v.Package.Hash)];
        if (hashes.Length == 0)
            return Reply(new(ModalityFaultKind.NotFound, version is null ? $"There is no modality '{_name}' that came as a package." : $"'{_name}' has no version {version}."));
        if (version is not null && hashes[0] == Life.Active && Life.Versions.Count > 1)
            return Reply(new(ModalityFaultKind.Conflict, $"Version {version} of '{_name}' serves: switch to another first, or remove the whole modality."));
        await UpdateAsync(life => life.Remove(hashes, _time.GetUtcNow()));
        foreach (var hash in hashes) await TellAsync(hash, "draining");
        await Catalogue.AnnounceAsync(_name);
        return await SettleAsync(() => !hashes.Any(hash => Life.Leaving.Contains(hash)), cancellation);
    }

    public Task ReportAsync(ReplicaReport report)
    {
        _reports.Take(report);
        return ProgressAsync();
    }

    private async Task<ModalityReply> AttachAsync(PackageSummary package, CancellationToken cancellation)
    {
        var hash = package.Hash;
        ModalityFault? objection = null;
        var begun = false;
        await UpdateAsync(life =>
        {
            objection = Objection(life, package);
            begun = objection is null && life.Active != hash && life.Staged != hash;
            return begun ? life.Stage(package, _time.GetUtcNow()) : life;
        });
        if (objection is not null) return Reply(objection);
        if (begun)
        {
            await TellAsync(hash, "attaching");
            await Catalogue.AnnounceAsync(_name);
        }
        var reply = await SettleAsync(() => Life.Find(hash) is null or { State: VersionState.Failed } || (Life.Active == hash && _reports.AllServe(hash)), cancellation);
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

    /// <summary>Takes every step that the replicas' reports allow.</summary>
    private async Task ProgressAsync()
    {
        if (Life.Versions.Count == 0) return;
        var replicas = await Catalogue.ReplicasAsync();
        if (!_reports.AreComplete(replicas, Life.Attempt)) return;
        var now = _time.GetUtcNow();
        if (Life.Staged is { } staged)
        {
            if (_reports.FaultOf(staged) is { } fault)
            {
                await UpdateAsync(life => life.Staged == staged ? life.Refuse(staged, fault.Message, now) : life);
                await TellAsync(staged, "failed", fault.Message);
                await Catalogue.AnnounceAsync(_name);
            }
            else if (_reports.AllHave(staged))
            {
                var before = Life.Active;
                await UpdateAsync(life => life.Staged == staged ? life.Flip(now) : life);
                await TellAsync(staged, "ready");
                if (before is not null && before != staged) await TellAsync(before, "draining");
                await Catalogue.AnnounceAsync(_name);
            }
        }
        else if (Life.Active is { } active && _reports.AllRefuse(active) is { } reason)
        {
            await UpdateAsync(life => life.Active == active ? life.Refuse(active, reason.Message, now) : life);
            await TellAsync(active, "failed", reason.Message);
        }
        await TellLeaksAsync();
        foreach (var drained in Life.Versions.Where(v => v.State == VersionState.Draining && _reports.NobodyHas(v.Package.Hash)).ToList()) await LeaveAsync(drained, now);
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private async Task TellLeaksAsync()
    {
        foreach (var hash in _reports.NewLeaks().Where(hash => Life.Find(hash) is not null)) await TellAsync(hash, "leaked", "Something still refers to its assemblies.");
    }

    private async Task LeaveAsync(VersionRecord version, DateTimeOffset now)
    {
        var hash = version.Package.Hash;
        if (Life.Leaving.Contains(hash)) await Task.Run(() => _packages.Remove(hash));
        await TellAsync(hash, "detached");
        await UpdateAsync(life => life.Find(hash) is { State: VersionState.Draining } ? life.Drained(hash, now) : life);
        if (Life.Versions.Count > 0) return;
        await Catalogue.LeaveAsync(_name);
        await _stored.ClearStateAsync();
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

    /// <summary>Changes what is stored, one change after the other.</summary>
    private async Task UpdateAsync(Func<ModalityLife, ModalityLife> change)
    {
        await _gate.WaitAsync();
        try
        {
            await DurableState.UpdateAsync(_stored, change);
        }
        finally
        {
            _gate.Release();
        }
    }

    private Task TellAsync(string hash, string what, string? detail = null)
    {
        var version = Life.Find(hash)?.Package.Version ?? "";
        _log.LogInformation("Modality {Modality} {Version}: {What} {Detail}", _name, version, what, detail);
        return Catalogue.RecordAsync(new ModalityEvent(0, _time.GetUtcNow(), _name, version, what, detail));
    }

    private ModalityReply Reply(ModalityFault? fault = null) => new(new ModalityRecord(_name, Life.Versions)) { Fault = fault };
}
