using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Page;

[Collection(SharedPlatform.Name)]
public sealed class PageTests(Platform platform)
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/page/app.js", "text/javascript")]
    [InlineData("/page/curve.js", "text/javascript")]
    [InlineData("/page/modalities.js", "text/javascript")]
    [InlineData("/page/page.js", "text/javascript")]
    [InlineData("/page/runs.js", "text/javascript")]
    [InlineData("/page/style.css", "text/css")]
    public async Task The_page_loads_nothing_from_elsewhere(string path, string type)
    {
        using var response = await platform.Stranger.GetAsync(path);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(text.Length > 1000, "a page worth the name");
        Assert.DoesNotContain("https://", text);
        Assert.DoesNotContain("innerHTML", text);
    }

    [Fact]
    public async Task A_browser_that_has_the_page_is_told_so()
    {
        var tag = (await platform.Stranger.GetAsync("/")).Headers.ETag!;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(tag.Tag));
        Assert.Equal(HttpStatusCode.NotModified, (await platform.Stranger.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Every_script_that_a_script_imports_and_every_element_that_one_looks_for_is_there()
    {
        var page = await platform.Stranger.GetStringAsync("/");
        foreach (var script in new[] { "app.js", "curve.js", "modalities.js", "page.js", "runs.js" })
        {
            var text = await platform.Stranger.GetStringAsync($"/page/{script}");
            foreach (Match import in Regex.Matches(text, @"from '\./(.+?)'"))
                Assert.Equal(HttpStatusCode.OK, (await platform.Stranger.GetAsync($"/page/{import.Groups[1].Value}")).StatusCode);
            foreach (Match look in Regex.Matches(text, @"(?:\$|show)\('([a-z-]+)'"))
                Assert.Contains($"id=\"{look.Groups[1].Value}\"", page);
        }
    }
}
