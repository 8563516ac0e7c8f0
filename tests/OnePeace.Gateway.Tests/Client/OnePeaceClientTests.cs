using System.Net;
using OnePeace.Client;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Client;

[Collection(SharedPlatform.Name)]
public sealed class OnePeaceClientTests(Platform platform)
{
    private static readonly byte[] s_picture = [3, 1, 4, 1, 5];

    [Fact]
    public async Task Inputs_of_all_kinds_become_vectors()
    {
        using var client = new OnePeaceClient(platform.Address, platform.Key);
        var result = await client.EmbedAsync(
        [
            EmbeddingInput.Text("a dog 🐕"),
            EmbeddingInput.Of("image", s_picture),
            EmbeddingInput.Fused(false, EmbeddingInput.Of("text", "t"u8.ToArray()), EmbeddingInput.Of("image", s_picture)),
        ]);

        Assert.Equal("hashing", result.Model);
        Assert.Equal(10 + 5 + 6, result.Tokens);
        Assert.Equal(HashingEngine.Vector(("text", "a dog 🐕"u8.ToArray())), result.Vectors[0]);
        Assert.Equal(HashingEngine.Vector(("image", s_picture)), result.Vectors[1]);
        Assert.Equal(HashingEngine.Vector(("text", "t"u8.ToArray()), ("image", s_picture)), result.Vectors[2]);
        Assert.Equal(4, (await client.EmbedAsync([EmbeddingInput.Text("x")], new EmbeddingOptions(Dimensions: 4))).Vectors[0].Length);
    }

    [Fact]
    public async Task Models_and_modalities_are_listed()
    {
        using var client = new OnePeaceClient(platform.Address, platform.Key);
        var model = Assert.Single(await client.ModelsAsync());
        Assert.Equal(("hashing", "ready", "float32", HashingEngine.Dimensions), (model.Id, model.State, model.DataType, model.Dimensions));
        Assert.Equal(["image", "smell", "text"], (await client.ModalitiesAsync()).Select(m => m.Id));
    }

    [Fact]
    public async Task A_refusal_is_a_typed_exception()
    {
        using var client = new OnePeaceClient(platform.Address, platform.Key);
        var unusable = await Assert.ThrowsAsync<OnePeaceApiException>(() => client.EmbedAsync([EmbeddingInput.Text("unusable")]));
        Assert.Equal((HttpStatusCode.UnprocessableContent, "unusable_input", "input[0]"), (unusable.Status, unusable.Code, unusable.Param));
        Assert.NotNull(unusable.RequestId);

        var busy = await Assert.ThrowsAsync<OnePeaceApiException>(() => client.EmbedAsync([EmbeddingInput.Text("overloaded")]));
        Assert.Equal(TimeSpan.FromSeconds(4), busy.RetryAfter);

        using var stranger = new OnePeaceClient(platform.Address, "op_wrong_key");
        Assert.Equal("invalid_api_key", (await Assert.ThrowsAsync<OnePeaceApiException>(() => stranger.ModelsAsync())).Code);
    }
}
