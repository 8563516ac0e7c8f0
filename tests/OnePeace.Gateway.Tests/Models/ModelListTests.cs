using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Models;

[Collection(SharedPlatform.Name)]
public sealed class ModelListTests(Platform platform)
{
    [Theory]
    [InlineData("default")]
    [InlineData("hashing")]
    public async Task A_model_says_what_serves_it(string id)
    {
        var model = await (await platform.Client.GetAsync($"/v1/models/{id}")).OkAsync();
        Assert.Equal("model", (string)model["object"]!);
        Assert.Equal("hashing", (string)model["id"]!);
        Assert.Equal("sha256:0123", (string)model["core_hash"]!);
        Assert.Equal(HashingEngine.Dimensions, (int)model["dimensions"]!);
        Assert.Equal("float32", (string)model["dtype"]!);
        Assert.Equal("cpu", (string)model["device"]!);
        Assert.False((bool)model["deterministic"]!);
        Assert.True((long)model["created"]! > 1_700_000_000);
        Assert.Equal(model.ToJsonString(), (await (await platform.Client.GetAsync("/v1/models")).OkAsync())["data"]![0]!.ToJsonString());
    }

    [Fact]
    public async Task Another_model_is_a_404() =>
        Assert.Equal("model_not_found", (string)(await (await platform.Client.GetAsync("/v1/models/some/other")).ErrorAsync(404))["code"]!);

    [Fact]
    public async Task Modalities_are_listed_with_version_state_and_hash()
    {
        var list = await (await platform.Client.GetAsync("/v1/modalities")).OkAsync();
        Assert.Equal(["image", "smell", "text"], list["data"]!.AsArray().Select(m => (string)m!["id"]!));
        var smell = list["data"]![1]!;
        Assert.Equal("0.2.0", (string)smell["version"]!);
        Assert.Equal("ready", (string)smell["state"]!);
        Assert.Equal("sha256:c", (string)smell["hash"]!);
        Assert.Equal(["base64", "base64", "utf-8"], list["data"]!.AsArray().Select(m => (string)m!["encoding"]!));
        Assert.Equal("application/x-smell", (string)smell["media_types"]![0]!);
        Assert.Equal("model", (string)smell["source"]!);
    }

    [Fact]
    public async Task Modalities_say_whether_their_weights_are_on_the_device()
    {
        var list = await (await platform.Client.GetAsync("/v1/modalities")).OkAsync();
        Assert.All(list["data"]!.AsArray(), m => Assert.Equal((string)m!["id"]! != "smell", (bool)m["resident"]!));
        Assert.Equal(5_000_000_000, (long)list["data"]!.AsArray().Single(m => (string)m!["id"]! == "smell")!["weight_bytes"]!);
    }
}
