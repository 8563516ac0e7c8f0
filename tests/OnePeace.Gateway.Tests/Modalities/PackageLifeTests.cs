using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Modalities;

/// <summary>A package from its upload to its end, as HTTP tells it.</summary>
public sealed class PackageLifeTests(PackagePlatform platform) : IClassFixture<PackagePlatform>
{
    private static string Input(string modality) => $$"""{"input": [{"{{modality}}": "AAEC"}]}""";

    [Fact]
    public async Task A_package_is_attached_used_upgraded_switched_back_and_detached()
    {
        var first = PackageFile.Of("touch", "1.0.0");
        using (var added = await platform.AddAsync(first))
        {
            Assert.Equal((HttpStatusCode.Created, "/v1/modalities/touch"), (added.StatusCode, added.Headers.Location!.ToString()));
            var touch = await added.JsonAsync();
            Assert.Equal(("touch", "1.0.0", "ready", "package", "base64"), ((string)touch["id"]!, (string)touch["version"]!, (string)touch["state"]!, (string)touch["source"]!, (string)touch["encoding"]!));
            var version = Assert.Single(touch["versions"]!.AsArray())!;
            Assert.Equal((12_345, first.Length, 7), ((long)version["parameters"]!, (long)version["bytes"]!, (int)version["typical_tokens"]!));
        }
        Assert.Equal(HttpStatusCode.OK, (await platform.AddAsync(first)).StatusCode);
        await (await platform.Client.EmbedAsync(Input("touch"))).OkAsync();

        Assert.Equal(HttpStatusCode.Created, (await platform.AddAsync(PackageFile.Of("touch", "1.1.0"), "application/zip")).StatusCode);
        Assert.Equal("1.1.0", (string)(await OneAsync("touch"))["version"]!);
        var back = await (await platform.Client.PutAsJsonAsync("/v1/modalities/touch", new { version = "1.0.0" })).OkAsync();
        Assert.Equal(("1.0.0", "ready"), ((string)back["version"]!, (string)back["state"]!));
        Assert.Equal(["1.0.0 ready", "1.1.0 registered"], await StatesAsync("touch"));

        var serving = await (await platform.Client.DeleteAsync("/v1/modalities/touch?version=1.0.0")).ErrorAsync(409);
        Assert.Contains("serves", (string)serving["message"]!);
        await (await platform.Client.DeleteAsync("/v1/modalities/touch?version=1.1.0")).OkAsync();
        await (await platform.Client.DeleteAsync("/v1/modalities/touch?version=1.0.0")).ErrorAsync(409);   // also as the only one
        var gone = await (await platform.Client.DeleteAsync("/v1/modalities/touch")).OkAsync();
        Assert.Equal("detached", (string)gone["state"]!);

        var error = await (await platform.Client.EmbedAsync(Input("touch"))).ErrorAsync(400);
        Assert.Equal(("unknown_modality", "input[0].touch"), ((string)error["code"]!, (string)error["param"]!));
        Assert.Contains("text, image, smell", (string)error["message"]!);
        Assert.Empty(platform.Stored);
    }

    [Fact]
    public async Task A_broken_version_is_refused_stays_listed_with_its_reason_and_changes_nothing()
    {
        platform.Packages.Broken.Add("6.6.6");
        await platform.AddAsync(PackageFile.Of("heat", "1.0.0"));
        var stored = platform.Stored;
        var error = await (await platform.AddAsync(PackageFile.Of("heat", "6.6.6"))).ErrorAsync(422);
        Assert.Equal("package_refused", (string)error["code"]!);
        Assert.Contains("canary", (string)error["message"]!);

        Assert.Equal(stored, platform.Stored);
        var heat = await OneAsync("heat");
        Assert.Equal(("1.0.0", "ready"), ((string)heat["version"]!, (string)heat["state"]!));
        Assert.Contains("canary", (string)heat["versions"]!.AsArray().Single(v => (string)v!["version"]! == "6.6.6")!["reason"]!);
        await (await platform.Client.EmbedAsync(Input("heat"))).OkAsync();
        await (await platform.Client.DeleteAsync("/v1/modalities/heat")).OkAsync();
    }

    [Fact]
    public async Task Events_tell_what_happened_and_only_what_is_new()
    {
        await platform.AddAsync(PackageFile.Of("wind", "1.0.0"));
        var all = (await (await platform.Client.GetAsync("/v1/events")).OkAsync())["data"]!.AsArray().Where(e => (string)e!["modality"]! == "wind").ToList();
        Assert.Equal(["attaching", "ready"], all.Select(e => (string)e!["what"]!));
        Assert.All(all, e => Assert.Equal("1.0.0", (string)e!["version"]!));
        await (await platform.Client.DeleteAsync("/v1/modalities/wind")).OkAsync();
        var later = await (await platform.Client.GetAsync($"/v1/events?after={(long)all[^1]!["id"]!}")).OkAsync();
        Assert.Equal(["draining", "detached"], later["data"]!.AsArray().Where(e => (string)e!["modality"]! == "wind").Select(e => (string)e!["what"]!));
    }

    private async Task<JsonNode> OneAsync(string name) => await (await platform.Client.GetAsync($"/v1/modalities/{name}")).OkAsync();

    private async Task<IEnumerable<string>> StatesAsync(string name) => (await OneAsync(name))["versions"]!.AsArray().Select(v => $"{v!["version"]} {v["state"]}");
}
