using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using OnePeace.Files;
using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>A tensor to be written: read only when its turn comes, disposed right after.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Info">Type and shape that <paramref name="Read"/> will give.</param>
/// <param name="Read">Gives the values; the writer disposes them.</param>
public sealed record TensorToWrite(string Name, WeightInfo Info, Func<Tensor> Read);

/// <summary>Writes safetensors files: same tensors, same bytes; one tensor in memory at a time; a crash leaves the old file or the new one.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 64;
    private const long ChunkValues = 1 << 24;

    /// <summary>Writes a file, or replaces it as a whole.</summary>
    /// <exception cref="NotSupportedException">The format has no such element type.</exception>
    public static void Write(string path, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        DurableFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes the same bytes to a stream.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{TensorToWrite}, IReadOnlyDictionary{string, string})" path="/exception"/>
    public static void Write(Stream stream, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Widest elements first, so that every tensor is aligned to its own type and can be mapped.
        var ordered = tensors.OrderByDescending(t => t.Info.Type.ElementSize()).ThenBy(t => t.Name, StringComparer.Ordinal).ToArray();
        var header = CreateHeader(ordered, metadata ?? new Dictionary<string, string>());
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in ordered) WriteValues(stream, tensor);
    }

    /// <summary>Writes tensors that are in memory; they stay the caller's.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors.Select(t => new TensorToWrite(t.Key, new WeightInfo(t.Value.dtype, t.Value.Sizes()), () => t.Value.alias())), metadata);

    private static byte[] CreateHeader(TensorToWrite[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0) WriteMetadata(json, metadata);
            var end = 0L;
            foreach (var tensor in tensors)
            {
                var begin = end;
                end = checked(begin + TensorSize.Bytes(tensor.Info.Shape, tensor.Info.Type));
                WriteEntry(json, tensor, begin, end);
            }
            json.WriteEndObject();
        }
        var padding = (Alignment - (sizeof(ulong) + buffer.WrittenCount) % Alignment) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, TensorToWrite tensor, long begin, long end)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafetensorsTypes.Code(tensor.Info.Type));
        json.WriteStartArray("shape");
        foreach (var side in tensor.Info.Shape) json.WriteNumberValue(side);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteValues(Stream stream, TensorToWrite tensor)
    {
        using var scope = NewDisposeScope();
        var values = tensor.Read();
        if (values.dtype != tensor.Info.Type || !values.Sizes().AsSpan().SequenceEqual(tensor.Info.Shape))
            throw new InvalidDataException($"Tensor '{tensor.Name}': expected {tensor.Info.Type} {TensorSize.Text(tensor.Info.Shape)}, but got {values.dtype} {TensorSize.Text(values.Sizes())}.");
        var flat = values.detach().cpu().contiguous().view(-1);
        for (var start = 0L; start < flat.size(0); start += ChunkValues)
        {
            using var chunk = flat.narrow(0, start, Math.Min(ChunkValues, flat.size(0) - start));
            stream.Write(chunk.bytes);
        }
    }
}
