using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using MessagePack;
using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Embeddings;
using OnePeace.Gateway.Embeddings.Writing;

namespace OnePeace.Gateway.Tests.Embeddings;

/// <summary>The answer's bytes, against what is put together from strings and arrays.</summary>
public sealed class EmbeddingWriterTests
{
    private readonly ItemVector[] _vectors = [.. Enumerable.Range(0, 300).Select(i => new ItemVector([.. Enumerable.Range(0, 257).Select(d => MathF.Sin((i * 257) + d))], i))];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Json_is_what_it_would_be_made_of_strings(bool base64)
    {
        var rows = _vectors.Select((v, i) => $"{{\"object\":\"embedding\",\"index\":{i},\"embedding\":{(base64 ? $"\"{Convert.ToBase64String(Bytes(v))}\"" : $"[{string.Join(',', v.Values)}]")}}}");
        var tokens = _vectors.Sum(v => v.Tokens);
        var expected = $"{{\"object\":\"list\",\"data\":[{string.Join(',', rows)}],\"model\":\"m\",\"usage\":{{\"prompt_tokens\":{tokens},\"total_tokens\":{tokens}}}}}";
        Assert.Equal(expected, Encoding.UTF8.GetString(await WriteAsync(WireFormat.Json, base64)));
    }

    [Fact]
    public async Task MessagePack_is_what_it_would_be_made_of_arrays()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteMapHeader(4);
        foreach (var text in new[] { "object", "list", "data" }) writer.Write(text);
        writer.WriteArrayHeader(_vectors.Length);
        for (var i = 0; i < _vectors.Length; i++)
        {
            writer.WriteMapHeader(3);
            writer.Write("object");
            writer.Write("embedding");
            writer.Write("index");
            writer.Write(i);
            writer.Write("embedding");
            writer.Write(Bytes(_vectors[i]));
        }
        foreach (var text in new[] { "model", "m", "usage" }) writer.Write(text);
        writer.WriteMapHeader(2);
        foreach (var name in new[] { "prompt_tokens", "total_tokens" })
        {
            writer.Write(name);
            writer.Write(_vectors.Sum(v => v.Tokens));
        }
        writer.Flush();
        Assert.Equal(buffer.WrittenSpan.ToArray(), await WriteAsync(WireFormat.MessagePack, base64: false));
    }

    private async Task<byte[]> WriteAsync(WireFormat format, bool base64)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await EmbeddingWriter.WriteAsync(context.Response, new EmbeddingAnswer("m", _vectors, base64), format, default);
        await context.Response.CompleteAsync();
        return body.ToArray();
    }

    private static byte[] Bytes(ItemVector vector) => MemoryMarshal.AsBytes<float>(vector.Values).ToArray();
}
