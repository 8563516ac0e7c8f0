using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>A package that must be refused.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Fault">What it must be refused for.</param>
/// <param name="Write">Writes it to a path.</param>
public sealed record CorruptPackage(string Name, PackageFault Fault, Action<string> Write)
{
    /// <summary>Whether only a trial's time limit ends it.</summary>
    public bool NeverReturns { get; init; }

    public override string ToString() => Name;
}

/// <summary>Damaged packages of every kind, made from a good one.</summary>
public static class CorruptPackages
{
    /// <summary>The modality of the good one.</summary>
    internal const string Name = "audio";

    public static IReadOnlyList<CorruptPackage> All(string good) =>
        [.. CorruptArchives.All(good), .. CorruptManifests.All(good), .. CorruptWeights.All(good), .. CorruptPlugins.All(good), .. CorruptCanaries.All(good)];

    /// <summary>One that is a good one but for a change.</summary>
    internal static CorruptPackage Changed(string good, string name, PackageFault fault, Action<PackageDraft> change) => new(name, fault, path =>
    {
        var draft = new PackageDraft(good);
        change(draft);
        File.WriteAllBytes(path, draft.ToBytes());
    });

    internal static CorruptPackage FromBytes(string name, PackageFault fault, Func<byte[]> bytes) => new(name, fault, path => File.WriteAllBytes(path, bytes()));
}
