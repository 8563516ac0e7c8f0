using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Modalities;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using Orleans.Concurrency;

namespace OnePeace.Grains.Modalities;

/// <summary>Looks into packages off the grain's own scheduler; runs nothing of them.</summary>
[Reentrant]
public sealed class PackageInspectorGrain(PackageHostOptions host, ILogger<PackageInspectorGrain> log) : Grain, IPackageInspectorGrain
{
    public async Task<InspectionReply> InspectAsync(string hash, CancellationToken cancellation)
    {
        try
        {
            return new InspectionReply { Package = await Task.Run(() => Inspect(hash, cancellation), cancellation) };
        }
        catch (Exception e)
        {
            if (e is not (PackageRefusedException or OperationCanceledException)) log.LogError(e, "Inspecting the package {Hash} failed", hash);
            return new InspectionReply { Fault = PackageFaults.From(e) };
        }
    }

    private PackageSummary Inspect(string hash, CancellationToken cancellation)
    {
        var path = host.Find(hash) ?? throw new PackageRefusedException(PackageFault.Damaged, "The package is not in the store: send it again.");
        return PackageInspection.Of(path, hash, new PackagePolicy(host.AllowList()), cancellation);
    }
}
