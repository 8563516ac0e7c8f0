using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Modalities;
using OnePeace.Files;

namespace OnePeace.Grains.Modalities;

/// <summary>Removes packages that no modality names: a process that is killed between an upload and its registration leaves one behind.</summary>
public sealed class PackageSweep(IGrainFactory grains, string core, ContentStore packages, TimeProvider time, ILogger<PackageSweep> log)
{
    /// <param name="grace">What is younger may belong to an upload that is still under way in another process.</param>
    public async Task RunAsync(TimeSpan grace)
    {
        var before = time.GetUtcNow() - grace;
        var candidates = packages.Hashes.Where(hash => packages.Find(hash) is { } path && File.GetLastWriteTimeUtc(path) <= before).ToList();   // first: what is registered meanwhile is named below
        var names = await grains.GetModalityCatalogue(core).NamesAsync();
        var records = await Task.WhenAll(names.Select(name => grains.GetModality(core, name).DescribeAsync()));
        foreach (var orphan in candidates.Except(records.SelectMany(record => record.Versions).Select(version => version.Package.Hash)))
        {
            packages.Remove(orphan);
            log.LogInformation("Removed the package {Hash}, which no modality names", orphan);
        }
    }
}
