using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OnePeace.Gateway.Embeddings;
using OnePeace.Gateway.Errors;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Embeddings;

public sealed class BodyLimitTests
{
    private const int Limit = 100_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_a_413_and_one_at_the_limit_is_read(bool chunked)
    {
        await using var platform = new Platform { Configure = o => o with { MaxBodyBytes = Limit } };
        await platform.InitializeAsync();

        var answer = await (await SendAsync(platform.Client, Limit, chunked)).OkAsync();
        Assert.Single(answer["data"]!.AsArray());
        var error = await (await SendAsync(platform.Client, Limit + 1, chunked)).ErrorAsync(413);
        Assert.Equal("request_too_large", (string)error["code"]!);
        await (await platform.Client.EmbedAsync("""{"input":"still here"}""")).OkAsync();
    }

    [Fact]
    public void Bodies_beyond_the_budget_are_refused_until_others_are_done()
    {
        var budget = new BodyBudget(new GatewayOptions { DataDirectory = "", MaxBodyBytes = 60, MaxBufferedBytes = 100 });
        using (budget.Take(60))
        {
            using var small = budget.Take(40);
            Assert.Equal(503, Assert.Throws<ApiException>(() => budget.Take(1)).Error.Status);
        }
        using (var growing = budget.Take(null))
        {
            growing.Hold(60);
            budget.Take(40).Dispose();
            Assert.Equal(503, Assert.Throws<ApiException>(() => budget.Take(41)).Error.Status);
            Assert.Equal(503, Assert.Throws<ApiException>(() => growing.Hold(101)).Error.Status);
        }
        using (budget.Take(60)) budget.Take(40).Dispose();   // what was held is free again
        Assert.Equal(413, Assert.Throws<ApiException>(() => budget.Take(61)).Error.Status);
    }

    [Fact]
    public async Task Many_small_bodies_of_unknown_length_stand_in_nobodys_way()
    {
        await using var platform = new Platform();
        await platform.InitializeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => SendAsync(platform.Client, bytes: 200, chunked: true)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, int bytes, bool chunked)
    {
        const string Frame = """{"input":""}""";
        var text = Encoding.ASCII.GetBytes(Frame.Insert(10, new string('a', bytes - Frame.Length)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new ByteArrayContent(text) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = chunked;
        request.Version = HttpVersion.Version11;
        return await client.SendAsync(request);
    }
}
