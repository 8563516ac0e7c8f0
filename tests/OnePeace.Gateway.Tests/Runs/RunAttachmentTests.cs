using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using OnePeace.Contracts.Runs;
using OnePeace.Engine.Hosting;
using OnePeace.Gateway.Tests.Hosting;
using OnePeace.Grains.Runs;

namespace OnePeace.Gateway.Tests.Runs;

/// <summary>What a run publishes is looked into before the operator's list names it.</summary>
public sealed class RunAttachmentTests : IAsyncLifetime
{
    private const string Nothing = """{"packages": [], "keys": []}""";

    private readonly PackagePlatform _platform = new();
    private readonly string _file = Path.GetTempFileName();
    private string _list = "";

    public async ValueTask InitializeAsync()
    {
        await _platform.InitializeAsync();
        var work = _platform.Platform.Services.GetRequiredService<PackageHostOptions>().WorkFolder;
        _list = Path.Combine(Path.GetDirectoryName(work)!, "allowed-packages.json");
        await File.WriteAllTextAsync(_list, Nothing);
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        File.Delete(_file);
    }

    [Fact]
    public async Task A_package_whose_content_is_not_what_its_manifest_says_never_comes_onto_the_list()
    {
        var package = PackageFile.Of("smell", "1.0.0");
        package[package.AsSpan().IndexOf("no assembly"u8)] ^= 1;
        await Assert.ThrowsAsync<PackageRefusedException>(() => AttachAsync(package, "smell"));
        AssertNothingLeft();
    }

    [Fact]
    public async Task What_is_no_package_never_comes_onto_the_list()
    {
        await Assert.ThrowsAsync<PackageRefusedException>(() => AttachAsync([1, 2, 3], "smell"));
        AssertNothingLeft();
    }

    [Fact]
    public async Task Another_package_than_the_one_that_was_made_never_comes_onto_the_list()
    {
        var refused = await Assert.ThrowsAsync<RunUnpublishedException>(() => AttachAsync(PackageFile.Of("touch", "1.0.0"), "smell"));
        Assert.Contains("expected 'smell' 1.0.0", refused.Message);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_sound_package_is_listed_by_its_hash_and_serves()
    {
        var made = await AttachAsync(PackageFile.Of("smell", "1.0.0"), "smell");
        Assert.Contains(made.Hash, await File.ReadAllTextAsync(_list, TestContext.Current.CancellationToken));
        Assert.Equal("ready", (string)(await (await _platform.Client.GetAsync("/v1/modalities/smell")).OkAsync())["state"]!);
    }

    private async Task<RunPackage> AttachAsync(byte[] package, string modality)
    {
        await File.WriteAllBytesAsync(_file, package);
        return await _platform.Platform.Services.GetRequiredService<RunAttachment>()
            .AttachAsync(_file, new RunPackage(modality, "1.0.0", Convert.ToHexStringLower(SHA256.HashData(package))), TestContext.Current.CancellationToken);
    }

    private void AssertNothingLeft()
    {
        Assert.Equal(Nothing, File.ReadAllText(_list));
        Assert.Empty(_platform.Stored);
    }
}
