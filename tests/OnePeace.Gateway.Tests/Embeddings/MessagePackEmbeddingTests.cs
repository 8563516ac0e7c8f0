using System.Buffers;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using MessagePack;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Embeddings;

[Collection(SharedPlatform.Name)]
public sealed class MessagePackEmbeddingTests(Platform platform)
{
    private delegate void Write(ref MessagePackWriter writer);

    [Fact]
    public async Task Media_go_in_as_bytes_and_vectors_come_out_as_float32_bytes()
    {
        byte[] picture = [9, 8, 7, 0, 255];
        var response = await PostAsync((ref MessagePackWriter w) =>
        {
            w.WriteMapHeader(2);
            w.Write("model");
            w.Write("default");
            w.Write("input");
            w.WriteArrayHeader(4);
            w.Write("plain");
            WriteItem(ref w, "image", picture);
            WriteItem(ref w, "text", "as bytes"u8.ToArray());
            w.WriteMapHeader(1);
            w.Write("image");
            w.Write(Convert.ToBase64String(picture));
        });

        var vectors = ReadVectors(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/x-msgpack", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HashingEngine.Vector(("text", "plain"u8.ToArray())), vectors[0]);
        Assert.Equal(HashingEngine.Vector(("image", picture)), vectors[1]);
        Assert.Equal(HashingEngine.Vector(("text", "as bytes"u8.ToArray())), vectors[2]);
        Assert.Equal(vectors[1], vectors[3]);
    }

    [Fact]
    public async Task Nil_is_a_400_that_says_so()
    {
        var error = await (await PostAsync((ref MessagePackWriter w) =>
        {
            w.WriteMapHeader(1);
            w.Write("input");
            w.WriteNil();
        })).ErrorAsync(400);
        Assert.EndsWith("but is null.", (string)error["message"]!);
    }

    [Theory]
    [InlineData("application/json", "application/json")]
    [InlineData("application/x-msgpack, application/json;q=0.5", "application/x-msgpack")]
    [InlineData("*/*", "application/x-msgpack")]
    public async Task Accept_chooses_the_format_of_the_answer(string accept, string expected)
    {
        var response = await PostAsync(WriteText, accept);
        Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Broken_MessagePack_is_a_400()
    {
        byte[][] bodies =
        [
            [], [0xc1], [0x81], [0xdf, 0xff, 0xff, 0xff, 0xff], [0x81, 0xa5, .. "input"u8, 0xc6, 0xff, 0xff, 0xff, 0xff],
            [0x81, 0xa5, .. "input"u8, 0xdd, 0x7f, 0xff, 0xff, 0xff], [0x81, 0xa5, .. "input"u8, 0xa1, 0xff], [0x81, 0xc0, 0xc0],
            [0x81, 0xa5, .. "input"u8, 0xd4, 1, 1], [0x81, 0xa5, .. "input"u8, 0xa1, 0x61, 0x00], [.. Enumerable.Repeat((byte)0x91, 5000)],
            [0x82, 0xa5, .. "input"u8, 0xa1, 0x61, 0xaa, .. "dimensions"u8, 0xcf, 255, 255, 255, 255, 255, 255, 255, 255],
        ];
        foreach (var body in bodies)
            await (await PostAsync(body)).ErrorAsync(400);
        await (await PostAsync(WriteText)).Content.ReadAsByteArrayAsync();
    }

    [Fact]
    public async Task Random_bytes_never_make_a_5xx()
    {
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var good = Body(WriteText);
            good[random.Next(good.Length)] = (byte)random.Next(256);
            Assert.InRange((int)(await PostAsync(good)).StatusCode, 200, 499);
        }
    }

    private static void WriteText(ref MessagePackWriter w)
    {
        w.WriteMapHeader(1);
        w.Write("input");
        w.WriteArrayHeader(2);
        w.Write("plain");
        WriteItem(ref w, "image", [1, 2, 3]);
    }

    private static void WriteItem(ref MessagePackWriter w, string modality, byte[] bytes)
    {
        w.WriteMapHeader(1);
        w.Write(modality);
        w.Write(bytes);
    }

    private Task<HttpResponseMessage> PostAsync(Write write, string? accept = null) => PostAsync(Body(write), accept);

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-msgpack");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await platform.Client.SendAsync(request);
    }

    private static byte[] Body(Write write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static List<float[]> ReadVectors(byte[] body)
    {
        var reader = new MessagePackReader(body);
        Assert.Equal(4, reader.ReadMapHeader());
        Assert.Equal("object", reader.ReadString());
        Assert.Equal("list", reader.ReadString());
        Assert.Equal("data", reader.ReadString());
        var vectors = new List<float[]>();
        for (var left = reader.ReadArrayHeader(); left > 0; left--)
        {
            Assert.Equal(3, reader.ReadMapHeader());
            for (var i = 0; i < 5; i++)
                reader.Skip();
            vectors.Add(MemoryMarshal.Cast<byte, float>(reader.ReadBytes()!.Value.ToArray()).ToArray());
        }
        Assert.Equal("model", reader.ReadString());
        Assert.Equal("hashing", reader.ReadString());
        Assert.Equal("usage", reader.ReadString());
        reader.Skip();
        Assert.True(reader.End);
        return vectors;
    }
}
