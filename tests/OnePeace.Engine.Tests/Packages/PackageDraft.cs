using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>A package taken apart, to be put together again otherwise. The manifest follows the entries unless it is told not to.</summary>
internal sealed class PackageDraft
{
    private readonly Dictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    public PackageDraft(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            _entries[entry.FullName] = memory.ToArray();
        }
        Manifest = JsonNode.Parse(_entries["manifest.json"])!.AsObject();
        _entries.Remove("manifest.json");
    }

    public JsonObject Manifest { get; }

    public byte[] this[string name]
    {
        get => _entries[name];
        set
        {
            _entries[name] = value;
            if (name != "signature") Manifest["files"]![name] = new JsonObject { ["bytes"] = value.Length, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(value)) };
        }
    }

    public string Assembly => (string)Manifest["assembly"]!;

    /// <summary>Removes an entry and what the manifest says of it.</summary>
    public void Remove(string name)
    {
        _entries.Remove(name);
        Manifest["files"]!.AsObject().Remove(name);
    }

    /// <summary>Changes an entry behind the manifest's back; null removes it.</summary>
    public void Swap(string name, byte[]? content)
    {
        if (content is null) _entries.Remove(name);
        else _entries[name] = content;
    }

    /// <summary>Every entry in the order of a package.</summary>
    public IEnumerable<(string Name, byte[] Content)> Entries(byte[]? manifest = null) =>
    [
        ("manifest.json", manifest ?? System.Text.Encoding.UTF8.GetBytes(Manifest.ToJsonString())),
        .. _entries.OrderBy(e => e.Key is "signature" ? 0 : e.Key is "weights.safetensors" ? 2 : 1).ThenBy(e => e.Key, StringComparer.Ordinal).Select(e => (e.Key, e.Value)),
    ];

    public byte[] ToBytes(byte[]? manifest = null) => Zip(Entries(manifest));

    public static byte[] Zip(IEnumerable<(string Name, byte[] Content)> entries, bool wide = false) =>
        entries.Aggregate(new ZipWriter(wide), (zip, entry) => zip.Add(entry.Name, entry.Content)).Finish();
}
