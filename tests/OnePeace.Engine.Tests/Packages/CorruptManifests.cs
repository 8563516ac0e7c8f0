using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>Manifests, signatures and hashes that are not as they must be.</summary>
internal static class CorruptManifests
{
    private const string SomeHash = "00000000000000000000000000000000000000000000000000000000000000ff";

    private static readonly string[] Required = ["format", "name", "version", "media_types", "assembly", "contract", "core", "options", "parameters", "weight_bytes", "cost", "canaries", "files"];

    public static IEnumerable<CorruptPackage> All(string good)
    {
        yield return Raw(good, "a manifest that is no JSON", _ => "{ \"format\": 1, ");
        yield return Raw(good, "a manifest that is a list", _ => "[]");
        yield return Raw(good, "a manifest nested deeply", _ => $"{{\"format\":1,\"options\":{string.Concat(Enumerable.Repeat("[", 100_000))}");
        yield return Raw(good, "a manifest with a double key", json => json.Insert(1, "\"name\":\"other\","));
        yield return Raw(good, "options with a double key", json => json.Replace("\"options\":{", "\"options\":{\"conv_pos_groups\":8,"));
        yield return Raw(good, "a manifest that is not UTF-8", json => json, [0xff, 0xfe]);
        foreach (var key in Required)
            yield return Manifest(good, $"a manifest without {key}", m => m.Remove(key));
        yield return Manifest(good, "an unknown key", m => m["surprise"] = 1);
        yield return Manifest(good, "a number as name", m => m["name"] = 5);
        yield return Manifest(good, "null as media types", m => m["media_types"] = null);
        yield return Manifest(good, "null among media types", m => m["media_types"] = new JsonArray((JsonNode?)null));
        yield return Manifest(good, "null among canaries", m => m["canaries"] = new JsonArray((JsonNode?)null));
        yield return Manifest(good, "a list as core", m => m["core"] = new JsonArray());
        yield return Manifest(good, "null as options", m => m["options"] = null);
        yield return Manifest(good, "another format", m => m["format"] = 2);
        foreach (var name in new[] { "", "Audio", "a b", "../x", "1a", "a\n", new string('a', 65) })
            yield return Manifest(good, $"the name '{name.ReplaceLineEndings("-")}'", m => m["name"] = name);
        foreach (var version in new[] { "", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.0.0/..", "1.0.0\n" })
            yield return Manifest(good, $"the version '{version.ReplaceLineEndings("-")}'", m => m["version"] = version);
        yield return Manifest(good, "a media type that is none", m => m["media_types"] = new JsonArray("sound"));
        yield return Manifest(good, "no parameters", m => m["parameters"] = 0);
        yield return Manifest(good, "a cost of nothing", m => m["cost"]!["typical"] = 0);
        yield return Manifest(good, "a typical cost above the most", m => m["cost"]!["typical"] = 1000);
        yield return Manifest(good, "no input bytes", m => m["limits"]!["max_input_bytes"] = 0);
        yield return Manifest(good, "negative seconds", m => m["limits"]!["prepare_seconds"] = -1);
        yield return Manifest(good, "a contract that is none", m => m["contract"] = "new");
        yield return Manifest(good, "a newer contract", m => m["contract"] = "99.0", PackageFault.WrongCore);
        yield return Manifest(good, "another core", m => m["core"]!["hash"] = SomeHash, PackageFault.WrongCore);
        yield return Manifest(good, "another core's architecture", m => m["core"]!["shape"]!["layers"] = 3, PackageFault.WrongCore);
        yield return Manifest(good, "a hash of the core that is none", m => m["core"]!["hash"] = "abc");
        yield return Manifest(good, "an architecture that is none", m => m["core"]!["shape"]!["width"] = -32);
        yield return Manifest(good, "an assembly that is not there", m => m["assembly"] = "plugin/Other.dll");
        yield return Manifest(good, "an assembly outside the plugin", m => m["assembly"] = "plugin/../weights.safetensors");
        yield return Manifest(good, "a hash that is none", m => m["files"]!["weights.safetensors"]!["sha256"] = "XYZ");
        yield return Manifest(good, "a size that is not the entry's", m => m["files"]!["weights.safetensors"]!["bytes"] = 5);
        foreach (var kind in new[] { "assets/", "canaries/", "plugin/", "weights." })
            yield return Manifest(good, $"a wrong hash below {kind}", m => m["files"]!.AsObject().First(f => f.Key.StartsWith(kind, StringComparison.Ordinal)).Value!["sha256"] = SomeHash);
        yield return CorruptPackages.Changed(good, "a missing entry", PackageFault.Damaged, d => d.Swap("assets/note.txt", null));
        yield return CorruptPackages.Changed(good, "missing weights", PackageFault.Damaged, d => d.Remove("weights.safetensors"));
        yield return CorruptPackages.Changed(good, "a surplus entry", PackageFault.Damaged, d => d.Swap("assets/more.txt", [1]));
        yield return CorruptPackages.Changed(good, "an entry of the same size with other bytes", PackageFault.Damaged, d => d.Swap("assets/note.txt", "no asset"u8.ToArray()));
        yield return CorruptPackages.Changed(good, "a signature that is no JSON", PackageFault.Damaged, d => d["signature"] = [1, 2, 3]);
        yield return CorruptPackages.Changed(good, "a signature by nobody", PackageFault.Damaged, d => d["signature"] = """{"algorithm":"ecdsa-p256-sha256","key":"AAAA","signature":"AAAA"}"""u8.ToArray());
        yield return CorruptPackages.Changed(good, "a signature of a megabyte", PackageFault.Damaged, d => d["signature"] = new byte[1 << 20]);
    }

    private static CorruptPackage Manifest(string good, string name, Action<JsonObject> change, PackageFault fault = PackageFault.Damaged) =>
        CorruptPackages.Changed(good, name, fault, draft => change(draft.Manifest));

    private static CorruptPackage Raw(string good, string name, Func<string, string> change, byte[]? before = null) => CorruptPackages.FromBytes(name, PackageFault.Damaged, () =>
    {
        var draft = new PackageDraft(good);
        return draft.ToBytes([.. before ?? [], .. Encoding.UTF8.GetBytes(change(draft.Manifest.ToJsonString()))]);
    });
}
