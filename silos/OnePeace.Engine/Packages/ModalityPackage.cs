using System.Security.Cryptography;
using OnePeace.Engine.Hosting;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;
using OnePeace.Transformer.Checkpoints.Archives;

namespace OnePeace.Engine.Packages;

/// <summary>An opened modality package: mapped, its directory, manifest and signature checked; nothing of it is run.</summary>
public sealed class ModalityPackage : IDisposable
{
    internal const int MaxEntries = 4096, MaxManifestBytes = 1 << 20;
    internal const long MaxUnpackedBytes = 4L << 30;

    private const int ChunkBytes = 1 << 20;

    private readonly StoredArchive _archive;
    private readonly Dictionary<string, StoredEntry> _entries;
    private readonly Lock _gate = new();
    private SafetensorsFile? _weights;
    private volatile bool _disposed;

    private ModalityPackage(StoredArchive archive)
    {
        _archive = archive;
        EntryNames.Check(archive.Entries.Select(e => e.Name));
        _entries = archive.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        var manifest = Bytes(EntryNames.Manifest, MaxManifestBytes);
        Signature = _entries.ContainsKey(EntryNames.Signature) ? PackageSignature.Read(Bytes(EntryNames.Signature, PackageSignature.MaxBytes), manifest) : null;
        Manifest = ManifestRules.Read(manifest);
        ManifestRules.Check(Manifest);
        CheckEntries();
        Shape = ManifestRules.Shape(Manifest);
    }

    /// <summary>Opens a package; reads its directory and manifest, and maps the rest.</summary>
    /// <exception cref="PackageRefusedException">It is no package, damaged, or made for another contract.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ModalityPackage Open(string path) => Refuse(PackageFault.Damaged, () =>
    {
        var archive = new StoredArchive(path, MaxEntries);
        try
        {
            return new ModalityPackage(archive);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    });

    public ModalityManifest Manifest { get; }

    /// <summary>The architecture of the core it was made for.</summary>
    public CoreShape Shape { get; }

    /// <summary>Who signed it, or null where nobody did. A signature that is not valid is refused on opening.</summary>
    public PackageSignature? Signature { get; }

    /// <summary>The size of the package's file.</summary>
    public long Length => _archive.Length;

    /// <summary>The package's identity: SHA-256 of the whole file, lower-case hexadecimal. Reads all of it.</summary>
    public string ComputeHash(CancellationToken cancellation = default) => Hash(0, _archive.Length, cancellation);

    /// <summary>Compares every entry with the manifest's hashes, on the calling thread.</summary>
    /// <exception cref="PackageRefusedException">One differs.</exception>
    public void VerifyContents(CancellationToken cancellation = default)
    {
        foreach (var (name, file) in Manifest.Files.OrderBy(f => f.Key, StringComparer.Ordinal))
            if (Hash(_entries[name].Start, _entries[name].Length, cancellation) != file.Sha256)
                throw new PackageRefusedException(PackageFault.Damaged, $"'{name}' in the package is not what its manifest says: its hash differs. Send the package again, or pack it again.");
    }

    /// <summary>A copy of an entry's bytes: for small ones, such as a canary's input.</summary>
    /// <exception cref="KeyNotFoundException">There is no such entry.</exception>
    public ReadOnlyMemory<byte> Read(string entry) => Bytes(entry, int.MaxValue).ToArray();

    /// <summary>Options and weights as a model directory's modality would have them. The weights share the file's memory; their tensors may outlive the package.</summary>
    /// <param name="folder">Where <see cref="UnpackTo"/> laid the assets; null where they are not needed.</param>
    /// <exception cref="PackageRefusedException">The weights are no well-formed safetensors file.</exception>
    public ModalitySource AsSource(string? folder)
    {
        lock (_gate)
            _weights ??= Refuse(PackageFault.BrokenWeights, () => _archive.OpenWeights(_entries[EntryNames.Weights]));
        var assets = folder is not null && _entries.Keys.Any(name => name.StartsWith(EntryNames.Assets, StringComparison.Ordinal)) ? Path.Combine(folder, EntryNames.Assets.TrimEnd('/')) : null;
        return new ModalitySource(Manifest.Name, new ModalityOptions(Manifest.Options, assets), _weights) { Version = Manifest.Version };
    }

    /// <summary>Lays plugin and assets out as files, <c>FOLDER/plugin/...</c> and <c>FOLDER/assets/...</c>: whole or not at all; does nothing where they lie there already, by every hash of the manifest.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void UnpackTo(string folder) => PackageUnpacking.Unpack(folder,
        _entries.Values.Where(e => EntryNames.IsUnpacked(e.Name)).ToDictionary(e => e.Name, e => new UnpackedFile(e.Length, Manifest.Files[e.Name].Sha256, target => CopyTo(e, target))));

    /// <summary>Unmaps the file; tensors that were read from it stay valid.</summary>
    public void Dispose()
    {
        _disposed = true;
        _archive.Dispose();
    }

    private void CheckEntries()
    {
        foreach (var (name, file) in Manifest.Files)
            if (!_entries.TryGetValue(name, out var entry) || entry.Length != file.Bytes)
                throw new InvalidDataException(entry is null
                    ? $"The manifest names '{name}', but the package does not hold it."
                    : $"'{name}' has {entry.Length} bytes, but the manifest says {file.Bytes}.");
        if (_entries.Keys.FirstOrDefault(name => EntryNames.IsListed(name) && !Manifest.Files.ContainsKey(name)) is { } surplus)
            throw new InvalidDataException($"The package holds '{surplus}', which its manifest does not name.");
        if (_entries.Values.Where(e => EntryNames.IsUnpacked(e.Name)).Sum(e => e.Length) > MaxUnpackedBytes)
            throw new InvalidDataException($"Expected plugin and assets of at most {MaxUnpackedBytes} bytes, but the package holds more.");
        if (_archive.Entries.Select(e => e.Name).SequenceEqual(_entries.Keys.OrderBy(EntryNames.Order, EntryOrder.Instance))) return;
        throw new InvalidDataException("Expected the manifest first, the weights last, and the other entries by name, but they come in another order.");
    }

    private ReadOnlySpan<byte> Bytes(string name, int most)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_entries.TryGetValue(name, out var entry))
        {
            if (name == EntryNames.Manifest) throw new InvalidDataException($"Expected a package with {EntryNames.Manifest}, but there is none in it.");
            throw new KeyNotFoundException($"There is no entry '{PackageJson.Shown(name)}' in the package.");
        }
        if (entry.Length > most) throw new InvalidDataException($"Expected at most {most} bytes of '{name}', but it has {entry.Length}.");
        return _archive.Bytes(entry.Start, (int)entry.Length);
    }

    private string Hash(long start, long length, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Stream(start, length, chunk =>
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(chunk);
        });
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void CopyTo(StoredEntry entry, Stream target) => Stream(entry.Start, entry.Length, target.Write);

    private void Stream(long start, long length, Action<ReadOnlySpan<byte>> take)
    {
        using var mapped = _archive.Hold();
        for (var end = start + length; start < end; start += ChunkBytes) take(_archive.Bytes(start, (int)Math.Min(ChunkBytes, end - start)));
    }

    private static T Refuse<T>(PackageFault fault, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InvalidDataException e)
        {
            throw new PackageRefusedException(fault, PackageJson.Shown(e.Message, PackageJson.MostSaid), e);
        }
    }

    private sealed class EntryOrder : IComparer<(int Rank, string Name)>
    {
        public static readonly EntryOrder Instance = new();

        public int Compare((int Rank, string Name) x, (int Rank, string Name) y) => x.Rank != y.Rank ? x.Rank.CompareTo(y.Rank) : string.CompareOrdinal(x.Name, y.Name);
    }
}
