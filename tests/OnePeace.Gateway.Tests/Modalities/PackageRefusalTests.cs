using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OnePeace.Contracts.Modalities;
using OnePeace.Gateway.Modalities;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Modalities;

/// <summary>What is no package, or no change that can be made: a 4xx in words, and nothing is left behind.</summary>
public sealed class PackageRefusalTests(PackagePlatform platform) : IClassFixture<PackagePlatform>
{
    private static readonly byte[] Garbage = [.. "PK"u8, .. Enumerable.Repeat((byte)7, 5000)];

    [Theory]
    [InlineData("nothing", 400, "invalid_request")]
    [InlineData("nothing in chunks", 422, "package_refused")]
    [InlineData("garbage", 422, "package_refused")]
    [InlineData("half a package", 422, "package_refused")]
    [InlineData("text", 415, "unsupported_media_type")]
    [InlineData("no type", 415, "unsupported_media_type")]
    [InlineData("too much", 413, "request_too_large")]
    [InlineData("too much in chunks", 413, "request_too_large")]
    [InlineData("a name of the model's", 409, "conflict")]
    public async Task What_cannot_be_attached_is_refused(string what, int status, string code)
    {
        var large = new byte[PackagePlatform.MaxPackageBytes + 1];
        using var response = await (what switch
        {
            "nothing" => platform.AddAsync([]),
            "nothing in chunks" => platform.AddChunkedAsync([]),
            "garbage" => platform.AddAsync(Garbage),
            "half a package" => platform.AddAsync(PackageFile.Of("half", "1.0.0")[..500]),
            "text" => platform.AddAsync(Garbage, "text/plain"),
            "no type" => platform.AddAsync(Garbage, null),
            "too much" => platform.AddAsync(large),
            "too much in chunks" => platform.AddChunkedAsync(large),
            _ => platform.AddAsync(PackageFile.Of("smell", "1.0.0")),
        });
        var error = await response.ErrorAsync(status);
        Assert.Equal(code, (string)error["code"]!);
        if (status == 415) Assert.Contains(PackagePlatform.MediaType, (string)error["message"]!);
        Assert.Empty(platform.Stored);
    }

    [Fact]
    public async Task What_is_not_there_is_a_404()
    {
        Assert.Equal("modality_not_found", (string)(await (await platform.Client.GetAsync("/v1/modalities/nose")).ErrorAsync(404))["code"]!);
        await (await platform.Client.PutAsJsonAsync("/v1/modalities/nose", new { version = "1.0.0" })).ErrorAsync(404);
        await (await platform.Client.DeleteAsync("/v1/modalities/nose")).ErrorAsync(404);
        await (await platform.Client.DeleteAsync("/v1/modalities/a%2Fb%0Ac")).ErrorAsync(404);
    }

    [Fact]
    public async Task A_version_that_is_not_there_is_a_404_that_names_those_that_are()
    {
        await platform.AddAsync(PackageFile.Of("pulse", "1.0.0"));
        var error = await (await platform.Client.PutAsJsonAsync("/v1/modalities/pulse", new { version = "9.9.9\n" + new string('9', 1000) })).ErrorAsync(404);
        Assert.Contains("it has 1.0.0", (string)error["message"]!);
        Assert.True(((string)error["message"]!).Length < 200, "what the sender wrote is cut");
        Assert.Equal("version", (string)error["param"]!);
        await (await platform.Client.DeleteAsync("/v1/modalities/pulse?version=9.9.9")).ErrorAsync(404);
        await (await platform.Client.DeleteAsync("/v1/modalities/pulse")).OkAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version": 1}""")]
    public async Task A_switch_without_a_version_is_a_400(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.Equal("version", (string)(await (await platform.Client.PutAsync("/v1/modalities/smell", content)).ErrorAsync(400))["param"]!);
    }

    [Fact]
    public async Task The_models_own_modalities_are_neither_switched_nor_removed()
    {
        Assert.Equal("conflict", (string)(await (await platform.Client.PutAsJsonAsync("/v1/modalities/smell", new { version = "0.2.0" })).ErrorAsync(409))["code"]!);
        await (await platform.Client.DeleteAsync("/v1/modalities/smell")).ErrorAsync(409);
    }

    [Fact]
    public async Task A_stranger_changes_nothing()
    {
        using var content = new ByteArrayContent(Garbage) { Headers = { ContentType = new(PackagePlatform.MediaType) } };
        await (await platform.Platform.Stranger.PostAsync("/v1/modalities", content)).ErrorAsync(401);
        await (await platform.Platform.Stranger.DeleteAsync("/v1/modalities/smell")).ErrorAsync(401);
        await (await platform.Platform.Stranger.GetAsync("/v1/events")).ErrorAsync(401);
    }

    [Fact]
    public async Task A_package_that_was_detached_elsewhere_is_not_taken_for_one_of_the_models_own()
    {
        await platform.AddAsync(PackageFile.Of("draught", "1.0.0"));
        await (await platform.Client.GetAsync("/v1/modalities/draught")).OkAsync();   // its description is fresh now
        var grains = platform.Platform.Services.GetRequiredService<IGrainFactory>();
        await grains.GetModality(platform.Platform.Services.GetRequiredService<GatewayOptions>().Core, "draught").RemoveAsync(null, default);
        await (await platform.Client.DeleteAsync("/v1/modalities/draught")).ErrorAsync(404);
    }

    [Fact]
    public void A_disk_that_is_full_is_told_from_other_failures()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /dev/full");
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Assert.True(PackageUpload.IsDiskFull(Assert.ThrowsAny<IOException>(() => full.Write([1]))));
        Assert.False(PackageUpload.IsDiskFull(Assert.ThrowsAny<IOException>(() => File.OpenRead("/dev/no/such/file"))));
    }
}
