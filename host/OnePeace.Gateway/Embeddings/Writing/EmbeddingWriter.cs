using System.Runtime.InteropServices;
using System.Text.Json;
using MessagePack;
using Microsoft.AspNetCore.Http;

namespace OnePeace.Gateway.Embeddings.Writing;

/// <summary>Writes vectors straight into the response's buffers; in bytes they are float32, little-endian.</summary>
internal static class EmbeddingWriter
{
    /// <summary>What is sent in one go, about: a send a row would cost more than the rows.</summary>
    private const int SentBytes = 64 << 10;

    public static Task WriteAsync(HttpResponse response, EmbeddingAnswer answer, WireFormat format, CancellationToken cancellation)
    {
        response.Headers.Vary = "Accept";
        response.ContentType = format == WireFormat.Json ? WireFormats.Json : WireFormats.MessagePack;
        return format == WireFormat.Json ? WriteJsonAsync(response, answer, cancellation) : WriteMessagePackAsync(response, answer, cancellation);
    }

    private static async Task WriteJsonAsync(HttpResponse response, EmbeddingAnswer answer, CancellationToken cancellation)
    {
        await using var writer = new Utf8JsonWriter(response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteString("object", "list");
        writer.WriteStartArray("data");
        for (var index = 0; index < answer.Vectors.Count; index++)
        {
            writer.WriteStartObject();
            writer.WriteString("object", "embedding");
            writer.WriteNumber("index", index);
            writer.WritePropertyName("embedding");
            WriteVector(writer, answer.Vectors[index].Values, answer.Base64);
            writer.WriteEndObject();
            if (writer.BytesPending < SentBytes) continue;
            writer.Flush();
            await response.BodyWriter.FlushAsync(cancellation);
        }
        writer.WriteEndArray();
        writer.WriteString("model", answer.Model);
        writer.WriteStartObject("usage");
        writer.WriteNumber("prompt_tokens", answer.Tokens);
        writer.WriteNumber("total_tokens", answer.Tokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter writer, float[] vector, bool base64)
    {
        if (base64)
        {
            writer.WriteBase64StringValue(MemoryMarshal.AsBytes<float>(vector));
            return;
        }
        writer.WriteStartArray();
        foreach (var value in vector)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static async Task WriteMessagePackAsync(HttpResponse response, EmbeddingAnswer answer, CancellationToken cancellation)
    {
        WriteHead(response, answer);
        for (var index = 0; index < answer.Vectors.Count; index++)
        {
            WriteRow(response, index, answer.Vectors[index].Values);
            if (response.BodyWriter.UnflushedBytes >= SentBytes) await response.BodyWriter.FlushAsync(cancellation);
        }
        WriteTail(response, answer);
        await response.BodyWriter.FlushAsync(cancellation);
    }

    private static void WriteHead(HttpResponse response, EmbeddingAnswer answer)
    {
        var writer = new MessagePackWriter(response.BodyWriter);
        writer.WriteMapHeader(4);
        writer.Write("object");
        writer.Write("list");
        writer.Write("data");
        writer.WriteArrayHeader(answer.Vectors.Count);
        writer.Flush();
    }

    private static void WriteRow(HttpResponse response, int index, float[] vector)
    {
        var writer = new MessagePackWriter(response.BodyWriter);
        writer.WriteMapHeader(3);
        writer.Write("object");
        writer.Write("embedding");
        writer.Write("index");
        writer.Write(index);
        writer.Write("embedding");
        writer.Write(MemoryMarshal.AsBytes<float>(vector));
        writer.Flush();
    }

    private static void WriteTail(HttpResponse response, EmbeddingAnswer answer)
    {
        var writer = new MessagePackWriter(response.BodyWriter);
        writer.Write("model");
        writer.Write(answer.Model);
        writer.Write("usage");
        writer.WriteMapHeader(2);
        writer.Write("prompt_tokens");
        writer.Write(answer.Tokens);
        writer.Write("total_tokens");
        writer.Write(answer.Tokens);
        writer.Flush();
    }
}
