using System.Security.Cryptography;
using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

/// <summary>An author's modality through the command: published, packed, verified, and refused where it is damaged.</summary>
public sealed class ModalityPackageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_project_is_published_packed_signed_and_verified_against_the_model_that_ships()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
        var project = WriteProject();

        var packed = (await CommandRun.OfAsync("modality", "pack", project, "--out", _folder["bytes.opm"], "--sign", _folder["key.pem"], "--json")).ShouldSucceed();
        var facts = JsonNode.Parse(packed.Output)!;
        Assert.Equal(("raw_bytes", "1.2.3", true), ((string)facts["name"]!, (string)facts["version"]!, (bool)facts["signed"]!));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder["bytes.opm"]))), (string)facts["hash"]!);

        var verified = (await CommandRun.OfAsync("modality", "verify", _folder["bytes.opm"])).ShouldSucceed();
        Assert.Equal(["package", "contents", "signature", "core", "plugin", "weights", "canaries"], verified.Output.TrimEnd('\n').Split('\n').Select(line => line.Split(':')[0]));
        Assert.Contains(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), verified.Output);

        var damaged = File.ReadAllBytes(_folder["bytes.opm"]);
        damaged[damaged.Length / 2] ^= 1;
        _folder.Write("damaged.opm", damaged);
        (await CommandRun.OfAsync("modality", "verify", _folder["damaged.opm"], "--json")).ShouldFail(1, "hash differs");
    }

    [Fact]
    public async Task A_published_plugin_makes_the_same_package_twice_and_one_for_another_core_is_refused()
    {
        var project = WriteProject();
        var model = TestData.Reference("ckpt/retrieval_fp32.pt");
        var plugin = _folder["published"];
        (await CommandRun.OfAsync("modality", "pack", project, "--out", _folder["first.opm"])).ShouldSucceed();
        using (var package = System.IO.Compression.ZipFile.OpenRead(_folder["first.opm"]))
            foreach (var entry in package.Entries.Where(e => e.FullName.StartsWith("plugin/", StringComparison.Ordinal)))
            {
                Directory.CreateDirectory(plugin);
                System.IO.Compression.ZipFileExtensions.ExtractToFile(entry, Path.Combine(plugin, entry.Name));
            }
        (await CommandRun.OfAsync("modality", "pack", project, "--plugin", plugin, "--out", _folder["second.opm"])).ShouldSucceed();
        Assert.Equal(File.ReadAllBytes(_folder["first.opm"]), File.ReadAllBytes(_folder["second.opm"]));

        var other = await CommandRun.OfAsync("modality", "verify", _folder["first.opm"], "--model", model);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("made for the core", other.Error);
    }

    [Fact]
    public async Task What_cannot_be_packed_says_why()
    {
        (await CommandRun.OfAsync("modality", "pack", _folder["none"])).ShouldFail(1, "no such folder");
        Directory.CreateDirectory(_folder["empty"]);
        (await CommandRun.OfAsync("modality", "pack", _folder["empty"])).ShouldFail(1, "modality.json");
        (await CommandRun.OfAsync("modality", "verify", _folder["none.opm"])).ShouldFail(1, "no such package");
        var project = WriteProject("this is no C#;");
        var run = await CommandRun.OfAsync("modality", "pack", project, "--out", _folder["broken.opm"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error CS", run.Error);
        Assert.Contains("cannot be published", run.Error);
        Assert.False(File.Exists(_folder["broken.opm"]));
    }

    private string WriteProject(string? source = null) => RawBytesProject.Write(_folder[Guid.NewGuid().ToString("N")], source);
}
