using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Keys;

[Collection(SharedPlatform.Name)]
public sealed class AccessTests(Platform platform)
{
    private static readonly string[] s_open = ["/", "/favicon.ico", "/page/app.js", "/page/curve.js", "/page/modalities.js", "/page/page.js", "/page/runs.js", "/page/style.css", "healthz", "readyz"];

    [Fact]
    public async Task Every_route_but_probes_and_page_denies_strangers()
    {
        var endpoints = platform.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(endpoints.Count >= 12, "the list of routes is complete");
        foreach (var endpoint in endpoints)
        {
            var open = s_open.Contains(endpoint.RoutePattern.RawText!.TrimStart('/')) || s_open.Contains(endpoint.RoutePattern.RawText);
            Assert.True(open == (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null), endpoint.DisplayName);
            var path = endpoint.RoutePattern.RawText!.Replace("{**id}", "default").Replace("{documentName}", "v1").Replace("{id}", "run-0123456789abcdef0123");
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                using var response = await platform.Stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
                if (open)
                    Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                else if (response.StatusCode != HttpStatusCode.Unauthorized)
                    Assert.Fail($"{method} {path}: {response.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Unknown_routes_tell_strangers_nothing()
    {
        await (await platform.Stranger.GetAsync("/v1/nothing")).ErrorAsync(401);
        await (await platform.Stranger.DeleteAsync("/v1/models")).ErrorAsync(401);
    }

    [Theory]
    [InlineData("Bearer op_wrong", "invalid_api_key")]
    [InlineData("Bearer", "invalid_api_key")]
    [InlineData("Basic KEY", "invalid_api_key")]
    [InlineData("KEY", "invalid_api_key")]
    [InlineData(null, "missing_api_key")]
    public async Task A_wrong_or_missing_key_is_a_401(string? header, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        if (header is not null)
            request.Headers.TryAddWithoutValidation("Authorization", header.Replace("KEY", platform.Key));
        using var response = await platform.Stranger.SendAsync(request);

        var error = await response.ErrorAsync(401);
        Assert.Equal(code, (string)error["code"]!);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_key_in_the_address_or_a_cookie_is_no_key()
    {
        await (await platform.Stranger.GetAsync($"/v1/models?api_key={platform.Key}&access_token={platform.Key}")).ErrorAsync(401);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Cookie", $"Authorization=Bearer {platform.Key}");
        await (await platform.Stranger.SendAsync(request)).ErrorAsync(401);
    }

    [Fact]
    public async Task Neither_keys_nor_line_breaks_reach_the_log()
    {
        await platform.Client.GetAsync($"/v1/models/a%0d%0aERROR%20forged?key={platform.Key}");
        await platform.Stranger.GetAsync($"/v1/models?key={platform.Key}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new StringContent(platform.Key) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", platform.Key);
        await platform.Stranger.SendAsync(request);

        Assert.Contains(platform.Logs.All, line => line.Contains("forged"));
        Assert.DoesNotContain(platform.Logs.All, line => line.Contains("\nERROR") || line.Contains(platform.Key));
    }

    [Theory]
    [InlineData("my-id.1", true)]
    [InlineData("a b", false)]
    [InlineData("<script>", false)]
    public async Task A_request_id_is_echoed_if_harmless_and_made_otherwise(string id, bool echoed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("X-Request-Id", id);
        using var response = await platform.Stranger.SendAsync(request);
        var answered = response.Headers.GetValues("X-Request-Id").Single();
        Assert.Equal(echoed, answered == id);
        Assert.NotEqual("", answered);
    }
}
