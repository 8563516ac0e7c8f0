using OnePeace.Engine.Devices;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Serving;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine.Hosting;

/// <summary>Everything a package must pass before it may serve, beside what serves: its code runs on threads of its own, and is left alone there if it does not return.</summary>
internal sealed class PackageTrial(ServedModel model, EngineOptions options, PackageHostOptions host)
{
    private const int MostAbandoned = 4;
    private const double SlowestBytesPerSecond = 20e6;

    private readonly InputPreparation _preparation = new();
    private readonly HashSet<string> _own = [.. model.Modalities.Serving.Keys];

    /// <summary>The package, loaded and tried out.</summary>
    /// <exception cref="PackageRefusedException">It may or can not serve; nothing of it is left.</exception>
    public async Task<HostedPackage> RunAsync(string hash)
    {
        if (LoaderThread.Abandoned >= MostAbandoned)
            throw new PackageRefusedException(PackageFault.NoRoom, $"{MostAbandoned} plugins did not return and still hold their threads: restart the server before another package is tried.");
        var package = await Task.Run(() => Open(hash)).ConfigureAwait(false);
        var folder = Path.Combine(host.WorkFolder, hash);
        try
        {
            package.UnpackTo(folder);
            var plugin = await TryAsync("load", host.Patience, () => PluginLoader.Load(Path.Combine(folder, "plugin"), package.Manifest)).ConfigureAwait(false);
            return await TryAsync(package, hash, folder, plugin).ConfigureAwait(false);
        }
        catch (PluginLoadException e)
        {
            package.Dispose();
            throw new PackageRefusedException(PackageFault.BrokenPlugin, e.Message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal));
        }
        catch
        {
            package.Dispose();
            throw;
        }
    }

    private ModalityPackage Open(string hash)
    {
        var path = host.Find(hash) ?? throw new PackageRefusedException(PackageFault.Damaged, $"The package {hash} is not in the store: send it again.");
        var package = ModalityPackage.Open(path);
        try
        {
            new PackagePolicy(host.AllowList()).Check(hash, package.Signature);
            if (_own.Contains(package.Manifest.Name))
                throw new PackageRefusedException(PackageFault.NameTaken, $"'{package.Manifest.Name}' is one of the model's own modalities: give the package another name.");
            if (package.Manifest.Core.Hash != model.CoreHash || package.Shape != model.Core.Shape)
                throw new PackageRefusedException(PackageFault.WrongCore,
                    $"The package was made for the core {package.Manifest.Core.Hash[..12]}..., but this server has {model.CoreHash[..Math.Min(12, model.CoreHash.Length)]}...: pack it for this model.");
            package.VerifyContents();
            return package;
        }
        catch
        {
            package.Dispose();
            throw;
        }
    }

    private async Task<HostedPackage> TryAsync(ModalityPackage package, string hash, string folder, LoadedPlugin plugin)
    {
        ModalityVersion? version = null;
        try
        {
            version = await TryAsync("start", host.Patience, () => Create(package, hash, folder, plugin)).ConfigureAwait(false);
            var patience = host.Patience + TimeSpan.FromSeconds(package.Manifest.WeightBytes / SlowestBytesPerSecond);
            using (await LoadAsync(version, patience).ConfigureAwait(false))
            {
                await TryAsync("take weights", patience, () => PackageWeights.CheckFinite(version.Seat.Module!)).ConfigureAwait(false);
                foreach (var canary in package.Manifest.Canaries) await AnswerAsync(package, canary, version).ConfigureAwait(false);
            }
            return new HostedPackage(version, plugin);
        }
        catch
        {
            if (version is null) Unload(package, plugin);
            else version.Retire();
            throw;
        }
    }

    private ModalityVersion Create(ModalityPackage package, string hash, string folder, LoadedPlugin plugin)
    {
        var manifest = package.Manifest;
        var source = package.AsSource(folder);
        var settings = plugin.Modality.CompleteOptions(source.Options, source.Weights.Weights.ToDictionary(w => w.Key, w => w.Value.Shape));
        var bytes = source.Weights.Weights.Values.Sum(w => TensorSize.Bytes(w.Shape, model.DataType));
        var seat = new ModalitySeat(manifest.Name, bytes, () => ModelLoader.LoadModality(source, model.Core.Shape, plugin.Modality, model.Device, model.DataType));
        var identity = new VersionIdentity(manifest.Name, manifest.Version, hash, manifest.MediaTypes) { Limits = manifest.Limits, MostTokens = manifest.Cost.Most };
        return new ModalityVersion(identity, plugin.Modality.CreatePreprocessor(settings), seat, model.Residency, options.ResolvePreprocessing(), () => Unload(package, plugin));
    }

    private async Task<Residents> LoadAsync(ModalityVersion version, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            return await model.Residency.AcquireAsync([version.Seat], limit.Token).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new PackageRefusedException(PackageFault.BrokenWeights, e.Message);
        }
        catch (NoRoomException e)
        {
            throw new PackageRefusedException(PackageFault.NoRoom, e.Message);
        }
        catch (OperationCanceledException)
        {
            throw new PackageRefusedException(PackageFault.BrokenPlugin, $"The weights were not on the device within {patience.TotalSeconds:0} seconds: the plugin does not return, or the device is full.");
        }
        catch (Exception e) when (e is not PackageRefusedException)
        {
            throw Broken("build its modules", e);
        }
    }

    /// <summary>One canary, through the same steps as any request, on a loader's thread.</summary>
    private async Task AnswerAsync(ModalityPackage package, Modalities.Canary canary, ModalityVersion version)
    {
        PreparedPart part;
        try
        {
            part = await _preparation.PrepareAsync(new EncodePart(version.Name, package.Read(canary.Input)), version, index: 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ItemRejectedException e)
        {
            throw new PackageRefusedException(PackageFault.CanaryFailed, $"The canary '{canary.Input}' is refused: {e.Message}");
        }
        var job = new EncodeJob([part], await model.Residency.AcquireAsync([version.Seat], CancellationToken.None).ConfigureAwait(false));
        try
        {
            var vector = await TryAsync($"answer the canary '{canary.Input}'", host.Patience, () => model.Encoder.Encode([job])[0]).ConfigureAwait(false);
            CanaryCheck.Compare(canary, vector, model.DataType);
        }
        finally
        {
            job.LeaveDevice();
        }
    }

    private static async Task<T> TryAsync<T>(string step, TimeSpan patience, Func<T> work)
    {
        try
        {
            return await LoaderThread.RunAsync(step, work, patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new PackageRefusedException(PackageFault.BrokenPlugin, $"The plugin did not {step} within {patience.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is not (PackageRefusedException or PluginLoadException))
        {
            throw Broken(step, e);
        }
    }

    /// <summary>Tells of an exception in words only: the object itself would keep the plugin's assemblies.</summary>
    private static PackageRefusedException Broken(string step, Exception e) =>
        new(PackageFault.BrokenPlugin, $"The plugin failed to {step}: {(e.InnerException ?? e).GetType().Name}: {(e.InnerException ?? e).Message}");

    private static void Unload(ModalityPackage package, LoadedPlugin plugin)
    {
        package.Dispose();
        plugin.Dispose();
    }
}
