using System.Runtime.InteropServices;
using System.Text;
using OnePeace.Engine;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Embeddings;

[Collection(SharedPlatform.Name)]
public sealed class JsonEmbeddingTests(Platform platform)
{
    private static readonly byte[] s_picture = [0, 1, 2, 250, 251, 252, 253];

    [Fact]
    public async Task A_string_becomes_one_vector_in_OpenAIs_shape()
    {
        var answer = await (await platform.Client.EmbedAsync("""{"model":"default","input":"a dog","user":"u"}""")).OkAsync();

        Assert.Equal(["object", "data", "model", "usage"], answer.AsObject().Select(p => p.Key));
        Assert.Equal("list", (string)answer["object"]!);
        Assert.Equal("embedding", (string)answer["data"]![0]!["object"]!);
        Assert.Equal("hashing", (string)answer["model"]!);
        Assert.Equal(5, (int)answer["usage"]!["total_tokens"]!);
        Assert.Equal(5, (int)answer["usage"]!["prompt_tokens"]!);
        Assert.Equal(HashingEngine.Vector(("text", "a dog"u8.ToArray())), answer.Vector(0));
    }

    [Fact]
    public async Task Items_of_several_modalities_come_back_in_their_order()
    {
        var base64 = Convert.ToBase64String(s_picture);
        var answer = await (await platform.Client.EmbedAsync(
            $$"""{"input":["a",{"image":"{{base64}}"},{"text":"ü \u00fc \ud83d\ude00"},{"smell":"{{base64}}"}],"model":"hashing"}""")).OkAsync();

        Assert.Equal([0, 1, 2, 3], answer["data"]!.AsArray().Select(d => (int)d!["index"]!));
        Assert.Equal(HashingEngine.Vector(("text", "a"u8.ToArray())), answer.Vector(0));
        Assert.Equal(HashingEngine.Vector(("image", s_picture)), answer.Vector(1));
        Assert.Equal(HashingEngine.Vector(("text", Encoding.UTF8.GetBytes("ü ü 😀"))), answer.Vector(2));
        Assert.Equal(HashingEngine.Vector(("smell", s_picture)), answer.Vector(3));
    }

    [Theory]
    [InlineData("data:image/png;base64,", "image/png")]
    [InlineData("DATA:Image/PNG;name=x;base64,", "image/png")]
    [InlineData("data:;base64,", null)]
    [InlineData("", null)]
    public async Task A_data_URI_passes_its_media_type_on(string prefix, string? mediaType)
    {
        byte[] picture = [.. s_picture, (byte)prefix.Length];
        var answer = await (await platform.Client.EmbedAsync($$"""{"input":{"image":"{{prefix}}{{Convert.ToBase64String(picture)}}"} }""")).OkAsync();

        Assert.Equal(HashingEngine.Vector(("image", picture)), answer.Vector(0));
        var part = platform.Engine.Seen.SelectMany(w => w.Items).SelectMany(i => i.Parts).Last(p => p.Bytes.Span.SequenceEqual(picture));
        Assert.Equal(mediaType, part.MediaType);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("no-store", false)]
    public async Task Results_may_be_kept_unless_the_request_says_no(string? cacheControl, bool kept)
    {
        var text = $"kept {cacheControl}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new StringContent($$"""{"input":"{{text}}"}""", Encoding.UTF8, "application/json") };
        if (cacheControl is not null) request.Headers.Add("Cache-Control", cacheControl);
        await (await platform.Client.SendAsync(request)).OkAsync();
        Assert.Equal(kept, platform.Engine.Seen.Last(w => Encoding.UTF8.GetString(w.Items[0].Parts[0].Bytes.Span) == text).KeepsResults);
    }

    [Fact]
    public async Task Base64_may_hold_escaped_slashes_and_line_breaks()
    {
        byte[] picture = [255, 255, 255, 255, 255, 255, 1];
        var text = Convert.ToBase64String(picture).Replace("/", "\\/").Insert(4, "\\r\\n");
        var answer = await (await platform.Client.EmbedAsync($$"""{"input":[{"image":"{{text}}"}]}""")).OkAsync();
        Assert.Equal(HashingEngine.Vector(("image", picture)), answer.Vector(0));
    }

    [Theory]
    [InlineData("mean", Fusion.Mean)]
    [InlineData("joint", Fusion.Joint)]
    public async Task A_fused_item_reaches_the_engine_as_one_item_of_several_parts(string name, Fusion fusion)
    {
        var marker = $"fused {name}";
        var answer = await (await platform.Client.EmbedAsync(
            $$"""{"input":[{"content":[{"text":"{{marker}}"},{"image":"AAEC"}],"fusion":"{{name}}"}]}""")).OkAsync();

        Assert.Single(answer["data"]!.AsArray());
        var item = platform.Engine.Seen.SelectMany(w => w.Items).Last(i => i.Parts.Count == 2 && Encoding.UTF8.GetString(i.Parts[0].Bytes.Span) == marker);
        Assert.Equal(fusion, item.Fusion);
        Assert.Equal(["text", "image"], item.Parts.Select(p => p.Modality));
    }

    [Fact]
    public async Task Base64_vectors_are_the_float32_bytes_of_the_numbers()
    {
        var numbers = await (await platform.Client.EmbedAsync("""{"input":["x","y"],"encoding_format":"float"}""")).OkAsync();
        var base64 = await (await platform.Client.EmbedAsync("""{"input":["x","y"],"encoding_format":"base64"}""")).OkAsync();
        for (var i = 0; i < 2; i++)
        {
            var bytes = Convert.FromBase64String((string)base64["data"]![i]!["embedding"]!);
            Assert.Equal(numbers.Vector(i), MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        }
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_at_unit_length()
    {
        var whole = (await (await platform.Client.EmbedAsync("""{"input":"z"}""")).OkAsync()).Vector(0);
        var cut = (await (await platform.Client.EmbedAsync("""{"input":"z","dimensions":5}""")).OkAsync()).Vector(0);

        Assert.Equal(5, cut.Length);
        Assert.Equal(1, Math.Sqrt(cut.Sum(v => (double)v * v)), 1e-6);
        for (var i = 1; i < 5; i++)
            Assert.Equal(whole[i] / whole[0], cut[i] / cut[0], 1e-4);
    }

    [Fact]
    public async Task Many_requests_at_once_get_their_own_vectors()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            var answer = await (await platform.Client.EmbedAsync($$"""{"input":["one {{n}}","two {{n}}"]}""")).OkAsync();
            Assert.Equal(HashingEngine.Vector(("text", Encoding.UTF8.GetBytes($"one {n}"))), answer.Vector(0));
            Assert.Equal(HashingEngine.Vector(("text", Encoding.UTF8.GetBytes($"two {n}"))), answer.Vector(1));
        }));
    }
}
