using OnePeace.Engine.Devices;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine.Hosting;

/// <summary>Brings a package into an engine beside what serves, through every stage of <see cref="PackageTrial"/>; its code runs on threads of its own and is left alone there if it does not return.</summary>
internal sealed class PackageStaging
{
    private const int MostAbandoned = 4;
    private const double SlowestBytesPerSecond = 20e6;

    private static readonly TimeSpan CanaryPatience = TimeSpan.FromSeconds(5), MostCanaryPatience = TimeSpan.FromMinutes(5);

    private readonly ServedModel _model;
    private readonly EngineOptions _options;
    private readonly PackageHostOptions _host;
    private readonly HashSet<string> _own;
    private readonly TrialCore _core;

    /// <summary>Nothing is loaded yet: what lies in the work folder of packages that the store has no more is removed.</summary>
    public PackageStaging(ServedModel model, EngineOptions options, PackageHostOptions host)
    {
        (_model, _options, _host) = (model, options, host);
        _own = [.. model.Modalities.Serving.Keys];
        _core = new TrialCore(model.CoreHash, model.Core, model.Device, model.Precision);
        var laid = Directory.Exists(host.WorkFolder) ? Directory.GetDirectories(host.WorkFolder).Select(path => Path.GetFileName(path)) : [];
        foreach (var stale in laid.Where(name => host.Find(name) is null)) Clear(stale);
    }

    /// <summary>The package, loaded and tried out.</summary>
    /// <exception cref="PackageRefusedException">It may or can not serve; nothing of it is left once its plugin has returned, but what was laid out.</exception>
    public async Task<HostedPackage> RunAsync(string hash)
    {
        if (LoaderThread.Abandoned >= MostAbandoned)
            throw new PackageRefusedException(PackageFault.NoRoom, $"{MostAbandoned} plugins did not return and still hold their threads: restart the server before another package is tried.");
        var pieces = new StagedPieces(await LoaderThread.RunAsync("check package", () => Open(hash)).ConfigureAwait(false));
        try
        {
            await LoadPluginAsync(pieces, hash).ConfigureAwait(false);
            pieces.Residents = await LoadAsync(pieces.Version!, pieces.Package.Manifest).ConfigureAwait(false);
            await AnswerCanariesAsync(pieces).ConfigureAwait(false);
            return pieces.Keep();
        }
        finally
        {
            pieces.LetGo();
        }
    }

    /// <summary>Removes what was laid out of a package that nothing of is loaded any more.</summary>
    public void Clear(string hash)
    {
        try
        {
            if (Directory.Exists(FolderOf(hash))) Directory.Delete(FolderOf(hash), recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays, and is used again should the package come back.
        }
    }

    private string FolderOf(string hash) => Path.Combine(_host.WorkFolder, hash);

    private async Task LoadPluginAsync(StagedPieces pieces, string hash)
    {
        var folder = FolderOf(hash);
        await TrialThread.RunAsync("load plugin", _host.Patience, pieces.Holding(() => pieces.Plugin = PackageTrial.LoadPlugin(pieces.Package, folder))).ConfigureAwait(false);
        await TrialThread.RunAsync("create version", _host.Patience, pieces.Holding(() => pieces.Version = Create(pieces, hash, folder))).ConfigureAwait(false);
    }

    private async Task AnswerCanariesAsync(StagedPieces pieces)
    {
        var version = pieces.Version!;
        await TrialThread.RunAsync("answer canaries", PatienceFor(pieces.Package.Manifest.Canaries.Count),
            pieces.Holding(() => PackageTrial.AnswerCanaries(pieces.Package, version.Seat.Module!, version.Preprocessor, _core))).ConfigureAwait(false);
    }

    /// <summary>All of them on one thread that serving leaves little time to: each has its share, and no trial lasts for ever.</summary>
    private TimeSpan PatienceFor(int canaries)
    {
        var shares = _host.Patience + (canaries * CanaryPatience);
        var most = _host.Patience < MostCanaryPatience ? MostCanaryPatience : _host.Patience;
        return shares < most ? shares : most;
    }

    private ModalityPackage Open(string hash)
    {
        var package = Find(hash);
        try
        {
            if (package.ComputeHash() != hash)
                throw new PackageRefusedException(PackageFault.Damaged, $"Expected the package {hash} in the store, but the file there has another hash: it is damaged. Send the package again.");
            new PackagePolicy(_host.AllowList()).Check(hash, package.Signature);
            if (_own.Contains(package.Manifest.Name))
                throw new PackageRefusedException(PackageFault.NameTaken, $"'{package.Manifest.Name}' is one of the model's own modalities: give the package another name.");
            PackageTrial.CheckCore(package, _model.CoreHash, _model.Core.Shape);
            PackageWeights.Check(package.AsSource(null).Weights, package.Manifest);
            return package;
        }
        catch
        {
            package.Dispose();
            throw;
        }
    }

    private ModalityPackage Find(string hash)
    {
        try
        {
            if (_host.Find(hash) is { } path) return ModalityPackage.Open(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It was removed a moment ago.
        }
        throw new PackageRefusedException(PackageFault.Damaged, $"The package {hash} is not in the store: send it again.");
    }

    private ModalityVersion Create(StagedPieces pieces, string hash, string folder)
    {
        var (package, plugin) = (pieces.Package, pieces.Plugin!);
        var manifest = package.Manifest;
        var source = package.AsSource(folder);
        var preprocessor = PluginCode.Run("to create its preprocessor", () => plugin.Modality.CreatePreprocessor(source.CompleteOptions(plugin.Modality)));
        var seat = new ModalitySeat(manifest.Name, ModelRoom.Bytes(source, _model.Precision.Type), () => PackageTrial.LoadWeights(package, plugin, folder, _model.Device, _model.Precision));
        var identity = new VersionIdentity(manifest.Name, manifest.Version, hash, manifest.MediaTypes) { Limits = manifest.Limits, MostTokens = manifest.Cost.Most, IsOfModel = false };
        return new ModalityVersion(identity, preprocessor, seat, _model.Residency, _options.ResolvePreprocessing(), () => StagedPieces.Unload(package, plugin));
    }

    private async Task<Residents> LoadAsync(ModalityVersion version, ModalityManifest manifest)
    {
        var patience = _host.Patience + TimeSpan.FromSeconds(manifest.WeightBytes / SlowestBytesPerSecond);
        using var limit = new CancellationTokenSource(patience);
        try
        {
            return await _model.Residency.AcquireAsync([version.Seat], limit.Token).ConfigureAwait(false);
        }
        catch (NoRoomException e)
        {
            throw new PackageRefusedException(PackageFault.NoRoom, e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or AbandonedException)
        {
            throw new PackageRefusedException(PackageFault.BrokenPlugin, $"The weights were not on the device within {patience.TotalSeconds:0} seconds: the plugin does not return, or others hold the device's memory.");
        }
    }
}
