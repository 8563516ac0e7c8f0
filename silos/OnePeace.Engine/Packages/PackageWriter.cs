using System.Security.Cryptography;
using System.Text.Json;
using OnePeace.Files;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints.Archives;

namespace OnePeace.Engine.Packages;

/// <summary>An entry to be packed.</summary>
/// <param name="Name">Its name in the package: <c>plugin/Acme.Smell.dll</c>.</param>
/// <param name="Write">Writes its bytes; called more than once, and must write the same each time.</param>
public sealed record PackageEntry(string Name, Action<Stream> Write)
{
    public static PackageEntry FromFile(string name, string path) => new(name, target =>
    {
        using var source = File.OpenRead(path);
        source.CopyTo(target);
    });

    public static PackageEntry FromBytes(string name, ReadOnlyMemory<byte> bytes) => new(name, target => target.Write(bytes.Span));
}

/// <summary>Writes modality packages: same manifest and entries, same bytes (a signature differs each time it is made); a crash leaves the old file or the new one.</summary>
public static class PackageWriter
{
    /// <summary>What the weights' first byte in the package is a multiple of.</summary>
    public const int WeightAlignment = 64;

    /// <param name="path">The package; replaced as a whole.</param>
    /// <param name="manifest">Its <see cref="ModalityManifest.Files"/> are filled in here.</param>
    /// <param name="entries">Everything but manifest and signature.</param>
    /// <param name="key">Signs the manifest; null leaves it unsigned.</param>
    /// <returns>The package's identity: SHA-256 of the file.</returns>
    /// <exception cref="InvalidDataException">A name is not allowed, or the manifest would be refused.</exception>
    public static string Write(string path, ModalityManifest manifest, IEnumerable<PackageEntry> entries, ECDsa? key = null)
    {
        var sorted = entries.OrderBy(e => EntryNames.Order(e.Name).Item1).ThenBy(e => e.Name, StringComparer.Ordinal).ToArray();
        EntryNames.Check(sorted.Select(e => e.Name));
        var measured = sorted.Select(e => (Entry: e, Content: ContentDigest.Of(e.Write))).ToArray();
        var files = new SortedDictionary<string, PackagedFile>(measured.ToDictionary(m => m.Entry.Name, m => new PackagedFile(m.Content.Length, m.Content.Sha256)), StringComparer.Ordinal);
        var complete = manifest with { Files = files };
        var json = JsonSerializer.SerializeToUtf8Bytes(complete, PackageJson.Indented.ModalityManifest);
        if (json.Length > ModalityPackage.MaxManifestBytes)
            throw new InvalidDataException($"Expected a manifest of at most {ModalityPackage.MaxManifestBytes} bytes, but it has {json.Length}: pack fewer files, or fewer canaries.");
        ManifestRules.Check(ManifestRules.Read(json));

        var hash = "";
        DurableFile.Write(path, file => hash = ContentDigest.Of(target => Write(target, json, key, measured), file).Sha256);
        return hash;
    }

    private static void Write(Stream target, byte[] manifest, ECDsa? key, IEnumerable<(PackageEntry Entry, ContentDigest Content)> entries)
    {
        var archive = new StoredArchiveWriter(target);
        Add(archive, EntryNames.Manifest, manifest);
        if (key is not null) Add(archive, EntryNames.Signature, JsonSerializer.SerializeToUtf8Bytes(PackageSignature.Sign(manifest, key), PackageJson.Indented.Document));
        foreach (var (entry, content) in entries)
            archive.Add(entry.Name, content, entry.Write, entry.Name == EntryNames.Weights ? WeightAlignment : 1);
        archive.Finish();
    }

    private static void Add(StoredArchiveWriter archive, string name, byte[] bytes) =>
        archive.Add(name, ContentDigest.Of(stream => stream.Write(bytes)), stream => stream.Write(bytes));
}
