using System.Security.Cryptography;
using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>Packages in and out of a server by command.</summary>
public sealed class ModalityCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Packages_are_attached_listed_switched_and_detached_by_command()
    {
        var project = await AuthorProject.CreateAsync(_folder["motion"]);
        string[] packages = [await project.PackAsync("1.0.0", seed: 1), await project.PackAsync("1.0.1", seed: 2)];
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        Task<CommandRun> Run(params string[] arguments) => CommandRun.OfAsync(["modality", .. arguments, "--server", platform.Url.AbsoluteUri, "--key", platform.Key]);

        Assert.StartsWith("motion 1.0.0 is ready: takes text/csv", (await Run("add", packages[0])).ShouldSucceed().Output);
        var added = JsonNode.Parse((await Run("add", packages[1], "--json")).ShouldSucceed().Output)!;
        Assert.Equal(("motion", "1.0.1", "ready"), ((string)added["id"]!, (string)added["version"]!, (string)added["state"]!));

        var listed = await Run("list");
        for (var left = 60; listed.ShouldSucceed().Output.Contains("draining") && left > 0; left--) listed = await Run("list");   // it is unloaded first
        var lines = listed.Output.TrimEnd('\n').Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..4]).ToList();
        Assert.Equal(["NAME", "VERSION", "STATE", "SOURCE"], lines[0]);
        Assert.Equal([["motion", "1.0.0", "registered", "package"], ["motion", "1.0.1", "ready", "package"]], lines.Where(line => line[0] == "motion"));

        Assert.StartsWith("motion 1.0.0 is ready", (await Run("switch", "motion", "1.0.0")).ShouldSucceed().Output);
        (await Run("switch", "motion", "7.0.0")).ShouldFail(1, "has no version '7.0.0'", "1.0.0, 1.0.1", "modality_not_found");
        (await Run("remove", "motion", "--version", "1.0.0")).ShouldFail(1, "serves", "conflict");
        Assert.Equal("motion 1.0.1 is removed; 1.0.0 is ready\n", (await Run("remove", "motion", "--version", "1.0.1")).ShouldSucceed().Output);
        Assert.Equal("motion is detached\n", (await Run("remove", "motion")).ShouldSucceed().Output);

        var events = JsonNode.Parse((await Run("events", "--after", "2", "--json")).ShouldSucceed().Output)!["data"]!.AsArray();
        Assert.Equal(3, (long)events[0]!["id"]!);
        Assert.Equal("motion 1.0.0 detached", $"{events[^1]!["modality"]} {events[^1]!["version"]} {events[^1]!["what"]}");
    }

    [Fact]
    public async Task What_is_on_the_operators_list_is_attached_and_nothing_else()
    {
        var project = await AuthorProject.CreateAsync(_folder["motion"]);
        string[] packages = [await project.PackAsync("1.0.0", seed: 1), await project.PackAsync("1.0.1", seed: 2)];
        var data = Directory.CreateDirectory(_folder["data"]).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_folder["key.pem"], key.ExportSubjectPublicKeyInfoPem());

        Assert.Contains("nothing but what is listed", (await CommandRun.OfAsync("modality", "allow", packages[0], "--data", data)).ShouldSucceed().Output);
        (await CommandRun.OfAsync("modality", "allow", new string('A', 64), "--data", data)).ShouldSucceed();
        (await CommandRun.OfAsync("modality", "allow", "--key", _folder["key.pem"], "--data", data)).ShouldSucceed();
        var list = JsonNode.Parse(File.ReadAllText(Path.Combine(data, "allowed-packages.json")))!;
        Assert.Equal([Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(packages[0]))), new string('a', 64)], list["packages"]!.AsArray().Select(hash => (string)hash!));
        Assert.Equal(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), (string)Assert.Single(list["keys"]!.AsArray())!);

        await using var platform = await RunningPlatform.StartAsync(data);
        (await CommandRun.OfAsync("modality", "add", packages[1], "--server", platform.Url.AbsoluteUri, "--key", platform.Key)).ShouldFail(1, "did not allow", "package_not_allowed");
        (await CommandRun.OfAsync("modality", "add", packages[0], "--server", platform.Url.AbsoluteUri, "--key", platform.Key)).ShouldSucceed();
    }

    [Fact]
    public async Task What_cannot_be_done_says_so_in_one_line()
    {
        _folder.Write("garbage.opm", "no package at all"u8);
        _folder.Write("empty.opm", []);
        _folder.Write("other.pem", "no key at all"u8);
        (await CommandRun.OfAsync("modality", "list", "--key", "")).ShouldFail(2, "--key", "ONEPEACE_KEY");
        (await CommandRun.OfAsync("modality", "list", "--key", "op_any", "--server", "127.0.0.1:5080")).ShouldFail(2, "--server", "http://127.0.0.1:5080");
        (await CommandRun.OfAsync("modality", "list", "--key", "op_any", "--server", "http://127.0.0.1:9")).ShouldFail(1, "no server answers at http://127.0.0.1:9", "onepeace up");
        (await CommandRun.OfAsync("modality", "add", _folder["none.opm"], "--key", "op_any")).ShouldFail(1, "none.opm", "no such package");
        (await CommandRun.OfAsync("modality", "add", _folder["garbage.opm"], "--key", "op_any")).ShouldFail(1, "garbage.opm", "zip");
        (await CommandRun.OfAsync("modality", "add", _folder["empty.opm"], "--key", "op_any")).ShouldFail(1, "empty.opm");
        (await CommandRun.OfAsync("modality", "switch", "motion")).ShouldFail(2, "onepeace modality switch --help");
        (await CommandRun.OfAsync("modality", "allow", "--data", _folder["none"], "abc")).ShouldFail(1, "--data", "no such folder");
        (await CommandRun.OfAsync("modality", "allow", "--data", Path.GetDirectoryName(_folder["x"])!)).ShouldFail(2, "--key KEY.pem");
        (await CommandRun.OfAsync("modality", "allow", "--data", Path.GetDirectoryName(_folder["x"])!, "--key", _folder["other.pem"])).ShouldFail(1, "other.pem", "P-256");
        (await CommandRun.OfAsync("modality", "allow", "--data", Path.GetDirectoryName(_folder["x"])!, "abc")).ShouldFail(1, "abc", "64 hexadecimal digits");
    }

    [Theory]
    [InlineData("add")]
    [InlineData("list")]
    [InlineData("switch")]
    [InlineData("remove")]
    [InlineData("events")]
    public async Task Help_says_how_a_server_is_named(string command)
    {
        var help = (await CommandRun.OfAsync("modality", command, "--help")).ShouldSucceed().Output;
        Assert.All(["--server <URL>", "ONEPEACE_SERVER", "--key <K>", "ONEPEACE_KEY", "--json"], word => Assert.Contains(word, help));
    }
}
