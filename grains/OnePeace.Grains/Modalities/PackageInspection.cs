using OnePeace.Contracts.Modalities;
using OnePeace.Engine.Packages;

namespace OnePeace.Grains.Modalities;

/// <summary>What a package says of itself, once everything in it is what its manifest says; nothing of it is run.</summary>
internal static class PackageInspection
{
    /// <param name="path">The package, on the calling thread.</param>
    /// <param name="hash">Of the whole file.</param>
    /// <param name="policy">The operator's list.</param>
    /// <exception cref="PackageRefusedException">It is no package, damaged, or not allowed.</exception>
    public static PackageSummary Of(string path, string hash, PackagePolicy policy, CancellationToken cancellation)
    {
        using var package = ModalityPackage.Open(path);
        policy.Check(hash, package.Signature);
        package.VerifyContents(cancellation);
        var manifest = package.Manifest;
        return new PackageSummary
        {
            Hash = hash,
            Name = manifest.Name,
            Version = manifest.Version,
            MediaTypes = manifest.MediaTypes,
            CoreHash = manifest.Core.Hash,
            Description = manifest.Description,
            Author = manifest.Author,
            Licence = manifest.Licence,
            Parameters = manifest.Parameters,
            Bytes = package.Length,
            TypicalTokens = manifest.Cost.Typical,
            MaxInputBytes = manifest.Limits.MaxInputBytes,
        };
    }
}
