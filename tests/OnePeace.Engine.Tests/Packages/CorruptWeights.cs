using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>Weights that do not fit, or are no weights.</summary>
internal static class CorruptWeights
{
    private const string Weights = "weights.safetensors", Victim = "norm.weight";

    public static IEnumerable<CorruptPackage> All(string good)
    {
        yield return Broken(good, "weights that are no safetensors", d => d[Weights] = "no weights"u8.ToArray());
        yield return Broken(good, "no bytes of weights", d => d[Weights] = []);
        yield return Broken(good, "a header longer than the entry", d => BinaryPrimitives.WriteInt64LittleEndian(d.Change(), 1L << 40));
        yield return Header(good, "a header with offsets that lie", (h, _) => h[Victim]!["data_offsets"]![1] = 1 << 30);
        yield return Header(good, "a header with a shape that lies", (h, _) => h[Victim]!["shape"] = new JsonArray(1L << 40));
        yield return Header(good, "overlapping tensors", (h, _) => h[Victim]!["data_offsets"] = h["norm.bias"]!["data_offsets"]!.DeepClone());
        yield return Header(good, "a missing tensor", (h, d) => Rename(h, d, "projection.bias", null));
        yield return Header(good, "a surplus tensor", Add);
        yield return Header(good, "a tensor under another name", (h, d) => Rename(h, d, Victim, "norm.wait"));
        yield return Header(good, "a tensor under a name with control characters", (h, d) => Rename(h, d, Victim, "norm\r\n\u001b[2J"));
        yield return Header(good, "a tensor of another shape", (h, _) => h[Victim]!["shape"] = new JsonArray(2, 16));
        yield return Header(good, "a tensor of integers", (h, _) => h[Victim]!["dtype"] = "I32");
        foreach (var (name, value) in new[] { ("NaN", float.NaN), ("infinity", float.PositiveInfinity), ("minus infinity", float.NegativeInfinity) })
            yield return Header(good, $"{name} among the weights", (h, d) =>
                BinaryPrimitives.WriteSingleLittleEndian(d.AsSpan((int)h[Victim]!["data_offsets"]![0]! + 4), value));
        yield return Broken(good, "more parameters in the manifest than there are", d => d.Manifest["parameters"] = (long)d.Manifest["parameters"]! + 1);
    }

    private static CorruptPackage Broken(string good, string name, Action<PackageDraft> change) => CorruptPackages.Changed(good, name, PackageFault.BrokenWeights, draft =>
    {
        change(draft);
        draft[Weights] = draft[Weights];   // the manifest follows
    });

    private static byte[] Change(this PackageDraft draft) => draft[Weights];

    /// <summary>Changes the header and the data behind it; what the manifest says of the number of values follows.</summary>
    private static CorruptPackage Header(string good, string name, Action<JsonObject, byte[]> change) => Broken(good, name, draft =>
    {
        var file = draft[Weights];
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        var header = JsonNode.Parse(file.AsSpan(8, length))!.AsObject();
        var data = file[(8 + length)..];
        change(header, data);
        header = JsonNode.Parse(header.ToJsonString())!.AsObject();   // numbers of one kind again
        var end = header.Max(t => (long)t.Value!["data_offsets"]![1]!);
        if (end < data.Length || name == "a surplus tensor") Array.Resize(ref data, (int)end);
        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        draft[Weights] = [.. BitConverter.GetBytes((long)json.Length), .. json, .. data];
        if (name.StartsWith("a header", StringComparison.Ordinal) || name.StartsWith("overlapping", StringComparison.Ordinal)) return;
        draft.Manifest["parameters"] = data.Length / 4;
        draft.Manifest["weight_bytes"] = data.Length;
    });

    /// <summary>Renames a tensor, or moves everything behind it to where it was.</summary>
    private static void Rename(JsonObject header, byte[] data, string from, string? to)
    {
        var entry = header[from]!;
        header.Remove(from);
        if (to is not null)
        {
            header[to] = entry;
            return;
        }
        long begin = (long)entry["data_offsets"]![0]!, size = (long)entry["data_offsets"]![1]! - begin;
        data.AsSpan((int)(begin + size)).CopyTo(data.AsSpan((int)begin));
        foreach (var (_, other) in header)
            if ((long)other!["data_offsets"]![0]! >= begin)
                other["data_offsets"] = new JsonArray((long)other["data_offsets"]![0]! - size, (long)other["data_offsets"]![1]! - size);
    }

    private static void Add(JsonObject header, byte[] data) =>
        header["surplus.weight"] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray(2), ["data_offsets"] = new JsonArray(data.Length, data.Length + 8) };
}
