using System.Net;
using OnePeace.Engine.Tests.Packages;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>Damaged packages of every kind, sent to a server where an older version of the same modality serves.</summary>
public sealed class CorruptUploadTests(ITestOutputHelper output) : IDisposable
{
    private static readonly HttpStatusCode[] Refusals =
        [HttpStatusCode.BadRequest, HttpStatusCode.Conflict, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnprocessableEntity];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_is_refused_with_its_reason_and_the_old_version_serves_on()
    {
        var model = _folder["model"];
        (await CommandRun.OfAsync("convert", TestData.DemoModel, model, "--modalities", "text,image", "--dtype", "float32")).ShouldSucceed();
        string old = await PackAsync(model, "0.9.0"), good = await PackAsync(model, "1.0.0");
        await using var platform = await RunningPlatform.StartAsync(_folder["data"], null, "--model", model);
        using var http = platform.Client(platform.Key);
        http.Timeout = TimeSpan.FromMinutes(2);
        Assert.Equal(HttpStatusCode.Created, (await http.AddAsync(old)).Status);
        var sound = Convert.ToBase64String(File.ReadAllBytes(RepositoryFolder.At("samples/tone.wav")));
        var expected = await http.EmbedAsync(CorruptPackages.Name, sound);

        var all = CorruptPackages.All(good);
        var problems = new List<string>();
        foreach (var corrupt in all)
        {
            corrupt.Write(_folder["corrupt.opm"]);
            var (status, body) = await http.AddAsync(_folder["corrupt.opm"]);
            var message = (string?)body["error"]?["message"] ?? "";
            output.WriteLine($"{corrupt}: {(int)status} {message}");
            if (!Refusals.Contains(status)) problems.Add($"{corrupt}: {(int)status} {body}");
            if (message.Length < 20 || message.Contains(_folder[""])) problems.Add($"{corrupt}: says '{message}'");
            if (!(await http.EmbedAsync(CorruptPackages.Name, sound)).AsSpan().SequenceEqual(expected)) problems.Add($"{corrupt}: the old version answers otherwise");
        }
        Assert.Empty(problems);
        Assert.True(all.Count >= 50, $"{all.Count} kinds");
        Assert.Equal("ready", (await http.VersionsAsync(CorruptPackages.Name))["0.9.0"].State);
        Assert.Single(Directory.GetFiles(_folder["data/packages"], "*", SearchOption.AllDirectories));
        Assert.Equal(1, await http.MetricAsync("onepeace_engine_versions", "ready"));
        Assert.Equal(HttpStatusCode.Created, (await http.AddAsync(good)).Status);   // and a good one is still taken
    }

    /// <summary>The plugin for sounds that ships, as somebody else's package.</summary>
    private async Task<string> PackAsync(string model, string version)
    {
        var project = Directory.CreateDirectory(_folder[$"project-{version}"]).FullName;
        File.Copy(RepositoryFolder.At("samples/tone.wav"), Path.Combine(project, "tone.wav"));
        Directory.CreateDirectory(Path.Combine(project, "assets"));
        File.WriteAllText(Path.Combine(project, "assets", "note.txt"), "an asset");
        File.WriteAllText(Path.Combine(project, "modality.json"), $$"""
            {
              "name": "{{CorruptPackages.Name}}", "version": "{{version}}", "canaries": ["tone.wav"], "limits": { "max_input_bytes": 1048576, "max_tokens": 800 },
              "options": { "feature_encoder_spec": "[(16, 10, 5)] + [(16, 3, 2)] * 4 + [(16, 2, 2)] * 2", "conv_pos_groups": 4 }
            }
            """);
        var plugin = Path.Combine(AppContext.BaseDirectory, "modalities", CorruptPackages.Name);
        (await CommandRun.OfAsync("modality", "pack", project, "--model", model, "--plugin", plugin, "--out", _folder[$"{version}.opm"])).ShouldSucceed();
        return _folder[$"{version}.opm"];
    }
}
