using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace OnePeace.Gateway.Tests.Hosting;

/// <summary>Sends JSON, reads JSON.</summary>
internal static class Answers
{
    public static Task<HttpResponseMessage> EmbedAsync(this HttpClient client, string json) =>
        client.PostAsync("/v1/embeddings", new StringContent(json, Encoding.UTF8, "application/json"));

    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    public static async Task<JsonNode> OkAsync(this HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {body}");
        return JsonNode.Parse(body)!;
    }

    /// <summary>Asserts OpenAI's error shape and returns the error.</summary>
    public static async Task<JsonObject> ErrorAsync(this HttpResponseMessage response, int status)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"expected {status}, got {(int)response.StatusCode}: {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        var error = JsonNode.Parse(body)!["error"]!.AsObject();
        Assert.Equal(["message", "type", "param", "code"], error.Select(p => p.Key));
        Assert.NotEqual("", (string)error["message"]!);
        return error;
    }

    public static float[] Vector(this JsonNode answer, int index) => [.. answer["data"]![index]!["embedding"]!.AsArray().Select(v => (float)v!)];
}
