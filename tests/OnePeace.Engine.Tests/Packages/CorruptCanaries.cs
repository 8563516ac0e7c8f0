using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>Canaries that are none, or are answered otherwise.</summary>
internal static class CorruptCanaries
{
    public static IEnumerable<CorruptPackage> All(string good)
    {
        yield return Changed(good, "no canary", PackageFault.Damaged, d => d.Manifest["canaries"] = new JsonArray());
        yield return Changed(good, "a canary that is not there", PackageFault.Damaged, d => d.Manifest["canaries"]![0]!["input"] = "canaries/none.wav");
        yield return Changed(good, "a canary outside its folder", PackageFault.Damaged, d => d.Manifest["canaries"]![0]!["input"] = "weights.safetensors");
        yield return Changed(good, "a canary larger than inputs may be", PackageFault.Damaged, d => d.Manifest["limits"]!["max_input_bytes"] = 10);
        yield return Changed(good, "any cosine will do", PackageFault.Damaged, d => d.Manifest["canaries"]![0]!["min_cosine"] = -1);
        yield return Vector(good, "a vector twice as long as a unit", PackageFault.Damaged, v => [.. v.Select(x => 2 * x)]);
        yield return Vector(good, "a vector of zeros", PackageFault.Damaged, v => [.. v.Select(_ => 0f)]);
        yield return Vector(good, "a vector that is not finite", PackageFault.Damaged, v => [float.NaN, .. v[1..]]);
        yield return Vector(good, "a vector too short", PackageFault.Damaged, v => v[1..]);
        yield return Vector(good, "a vector too long", PackageFault.Damaged, v => [.. v, 0]);
        yield return Changed(good, "a vector that is no base64", PackageFault.Damaged, d => d.Manifest["canaries"]![0]!["vector"] = "not base64!");
        yield return Vector(good, "another vector", PackageFault.CanaryFailed, v => [.. v.Reverse()]);
        yield return Vector(good, "the opposite vector", PackageFault.CanaryFailed, v => [.. v.Select(x => -x)]);
        yield return Changed(good, "a canary that no preprocessor takes", PackageFault.CanaryFailed, d => d[(string)d.Manifest["canaries"]![0]!["input"]!] = "no sound"u8.ToArray());
        yield return Changed(good, "a canary that costs more than it may", PackageFault.CanaryFailed, d => d.Manifest["cost"] = new JsonObject { ["typical"] = 1, ["most"] = 2 });
    }

    private static CorruptPackage Changed(string good, string name, PackageFault fault, Action<PackageDraft> change) => CorruptPackages.Changed(good, name, fault, change);

    private static CorruptPackage Vector(string good, string name, PackageFault fault, Func<float[], float[]> change) => Changed(good, name, fault, draft =>
    {
        var canary = draft.Manifest["canaries"]![0]!;
        var vector = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String((string)canary["vector"]!)).ToArray();
        canary["vector"] = Convert.ToBase64String(MemoryMarshal.AsBytes<float>(change(vector)));
    });
}
