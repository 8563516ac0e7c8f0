using System.Buffers;
using System.Runtime.InteropServices;
using MessagePack;

namespace OnePeace.Client;

/// <summary>The two MessagePack bodies of <c>/v1/embeddings</c>, written and read without reflection.</summary>
internal static class EmbeddingMessages
{
    public const string MediaType = "application/x-msgpack";

    public static byte[] Write(IReadOnlyList<EmbeddingInput> inputs, EmbeddingOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteMapHeader(options.Dimensions is null ? 2 : 3);
        writer.Write("model");
        writer.Write(options.Model);
        if (options.Dimensions is { } dimensions)
        {
            writer.Write("dimensions");
            writer.Write(dimensions);
        }
        writer.Write("input");
        writer.WriteArrayHeader(inputs.Count);
        foreach (var input in inputs)
            WriteInput(ref writer, input);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static EmbeddingResult Read(ReadOnlyMemory<byte> body)
    {
        var reader = new MessagePackReader(body);
        var model = "";
        var vectors = new List<float[]>();
        var tokens = 0L;
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            switch (reader.ReadString())
            {
                case "model":
                    model = reader.ReadString() ?? "";
                    break;
                case "data":
                    for (var rows = reader.ReadArrayHeader(); rows > 0; rows--)
                        vectors.Add(ReadVector(ref reader));
                    break;
                case "usage":
                    tokens = ReadTokens(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return new EmbeddingResult(model, vectors, tokens);
    }

    private static void WriteInput(ref MessagePackWriter writer, EmbeddingInput input)
    {
        if (input.Fusion is null)
        {
            WritePart(ref writer, input.Parts[0]);
            return;
        }
        writer.WriteMapHeader(2);
        writer.Write("content");
        writer.WriteArrayHeader(input.Parts.Count);
        foreach (var part in input.Parts)
            WritePart(ref writer, part);
        writer.Write("fusion");
        writer.Write(input.Fusion);
    }

    private static void WritePart(ref MessagePackWriter writer, InputPart part)
    {
        if (part.Modality is null)
        {
            writer.WriteString(part.Bytes.Span);
            return;
        }
        writer.WriteMapHeader(1);
        writer.Write(part.Modality);
        writer.Write(part.Bytes.Span);
    }

    private static float[] ReadVector(ref MessagePackReader reader)
    {
        float[]? vector = null;
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            if (reader.ReadString() == "embedding")
                vector = MemoryMarshal.Cast<byte, float>(reader.ReadBytes().GetValueOrDefault().ToArray()).ToArray();
            else
                reader.Skip();
        }
        return vector ?? throw new InvalidDataException("The server's answer holds a row without an embedding.");
    }

    private static long ReadTokens(ref MessagePackReader reader)
    {
        var tokens = 0L;
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            if (reader.ReadString() == "total_tokens")
                tokens = reader.ReadInt64();
            else
                reader.Skip();
        }
        return tokens;
    }
}
