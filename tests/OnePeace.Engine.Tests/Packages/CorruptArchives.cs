using OnePeace.Engine.Hosting;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>Files that are no zip, or one that is not as a package's must be.</summary>
internal static class CorruptArchives
{
    private static readonly string[] BadNames =
    [
        "../evil.txt", "plugin/../../evil.txt", "/etc/passwd", "plugin/..", "plugin\\evil.dll", "C:/evil.dll", "plugin/evil\n.dll", "plugin/evil\0.dll", "plugin//evil.dll", "plugin/",
        "plugin/evil.", "plugin/nul:", "elsewhere/evil.dll", "plugin", $"plugin/{new string('x', 300)}", "plugin/\u202eevil.dll",
    ];

    public static IEnumerable<CorruptPackage> All(string good)
    {
        yield return Damaged("an empty file", () => []);
        yield return Damaged("not a zip", () => "MZ this is no zip"u8.ToArray());
        yield return Damaged("a zip of nothing", () => new ZipWriter().Finish());
        foreach (var part in new[] { 1, 5, 9 })
            yield return Damaged($"truncated to {part} tenths", () => File.ReadAllBytes(good) is var all ? all[..(all.Length * part / 10)] : all);
        yield return Damaged("truncated by one byte", () => File.ReadAllBytes(good)[..^1]);
        yield return Damaged("bytes behind the end", () => [.. File.ReadAllBytes(good), 0]);
        yield return Damaged("bytes before the beginning", () => [0, .. File.ReadAllBytes(good)]);
        foreach (var name in BadNames)
            yield return CorruptPackages.Changed(good, $"an entry named '{name.Replace('\0', '0').Replace('\n', 'n')[..Math.Min(30, name.Length)]}'", PackageFault.Damaged, draft => draft[name] = [1]);
        yield return Damaged("an entry twice", () => PackageDraft.Zip([.. new PackageDraft(good).Entries(), ("weights.safetensors", [1])]));
        yield return CorruptPackages.Changed(good, "an entry twice but for its case", PackageFault.Damaged, draft => draft[draft.Assembly.ToUpperInvariant().Replace("PLUGIN/", "plugin/")] = [1]);
        yield return CorruptPackages.Changed(good, "a file that is also a folder", PackageFault.Damaged, draft => draft[$"{draft.Assembly}/inner"] = [1]);
        yield return Damaged("compressed entries", () => Compressed(good, claimed: null));
        yield return Damaged("a bomb that claims four gigabytes", () => Compressed(good, claimed: 4_000_000_000));
        yield return Damaged("an entry that reaches outside the file", () => Claiming(good, 4_000_000_000));
        yield return Damaged("an entry shorter than it is", () => Claiming(good, 10));
        yield return Damaged("other names inside than in the directory", () => Renamed(good));
        yield return Damaged("five thousand entries", () => PackageDraft.Zip(Enumerable.Range(0, 5000).Select(i => ($"assets/{i}", Array.Empty<byte>()))));
        yield return Damaged("the manifest not first", () => PackageDraft.Zip(new PackageDraft(good).Entries().Reverse()));
        yield return new CorruptPackage("a manifest of 100 MB", PackageFault.Damaged, SparseManifest);
    }

    private static CorruptPackage Damaged(string name, Func<byte[]> bytes) => CorruptPackages.FromBytes(name, PackageFault.Damaged, bytes);

    private static byte[] Compressed(string good, uint? claimed) =>
        new PackageDraft(good).Entries().Aggregate(new ZipWriter(), (zip, e) => zip.Add(e.Name, e.Content, e.Name.EndsWith(".dll") ? claimed : null, (ushort)(e.Name.EndsWith(".dll") ? 8 : 0))).Finish();

    private static byte[] Claiming(string good, uint size) =>
        new PackageDraft(good).Entries().Aggregate(new ZipWriter(), (zip, e) => zip.Add(e.Name, e.Content, e.Name.EndsWith(".dll") ? size : null)).Finish();

    /// <summary>The first mention of the weights is in their own header, the last one in the directory.</summary>
    private static byte[] Renamed(string good)
    {
        var bytes = new PackageDraft(good).ToBytes();
        bytes[bytes.AsSpan().LastIndexOf("weights.safetensors"u8)] = (byte)'W';
        return bytes;
    }

    /// <summary>A hole in the file, so that it takes no room; the directory behind it names one entry.</summary>
    private static void SparseManifest(string path)
    {
        const int size = 100 << 20;
        var zip = new ZipWriter().Add("manifest.json", [], claimed: size).Finish();
        var header = 30 + "manifest.json".Length;
        BitConverter.TryWriteBytes(zip.AsSpan(zip.Length - 6), (uint)(header + size));   // where the directory begins
        using var file = File.Create(path);
        file.Write(zip.AsSpan(0, header));
        file.Position = header + size;
        file.Write(zip.AsSpan(header));
    }
}
