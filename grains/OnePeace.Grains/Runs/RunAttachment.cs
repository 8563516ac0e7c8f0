using OnePeace.Contracts.Modalities;
using OnePeace.Contracts.Runs;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using OnePeace.Files;
using OnePeace.Grains.Modalities;

namespace OnePeace.Grains.Runs;

/// <summary>Brings the package of a trained run into the store and has it attached. What this server has made itself is put on the operator's list by its hash, once it was looked into.</summary>
public sealed class RunAttachment(IGrainFactory grains, string core, ContentStore store, PackageHostOptions host)
{
    /// <param name="file">The package.</param>
    /// <param name="made">What it was made as.</param>
    /// <returns>The same.</returns>
    /// <exception cref="PackageRefusedException">It is damaged; it is not on the list.</exception>
    /// <exception cref="RunUnpublishedException">It is another one, and not on the list, or it was not attached.</exception>
    public async Task<RunPackage> AttachAsync(string file, RunPackage made, CancellationToken stop)
    {
        await using var content = File.OpenRead(file);
        using var held = await store.HoldAsync(content, content.Length, stop);
        var package = await Task.Run(() => Inspect(held.Hash, stop), stop);
        if ((package.Name, package.Version, package.Hash) != (made.Modality, made.Version, made.Hash))
            throw new RunUnpublishedException($"The package was refused: expected '{made.Modality}' {made.Version} as it was packed, but it is '{package.Name}' {package.Version}, or was changed since: resume the run to pack it again.");
        if (host.AllowList() is { } list) await Task.Run(() => new PackagePolicy(list).Allow(package.Hash), stop);
        held.Keep();
        var reply = await grains.GetModality(core, package.Name).AddAsync(package, stop);
        if (reply.Fault is not { } fault) return made;
        if (reply.Modality.Versions.All(v => v.Package.Hash != held.Hash || v.State == VersionState.Failed)) held.Discard();
        throw new RunUnpublishedException($"The package was refused: {fault.Message} The run keeps its weights.");
    }

    private PackageSummary Inspect(string hash, CancellationToken stop) => PackageInspection.Of(
        store.Find(hash) ?? throw new PackageRefusedException(PackageFault.Damaged, "It is not in the store any more: resume the run to pack it again."), hash, new PackagePolicy(null), stop);
}
