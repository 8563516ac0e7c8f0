using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary><c>onepeace modality new</c>: a project that stands alone, wherever it lies.</summary>
public sealed class ModalityNewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_project_is_packed_and_verified_below_a_repository_whose_settings_would_break_it()
    {
        WriteHostileRepository();
        var project = _folder["ours/heart_rate"];
        var written = (await CommandRun.OfAsync("modality", "new", "heart_rate", "--out", project, "--json")).ShouldSucceed();
        var facts = JsonNode.Parse(written.Output)!;
        Assert.Equal(("heart_rate", project), ((string)facts["name"]!, (string)facts["directory"]!));
        Assert.True(File.Exists(Path.Combine(project, "packages", $"OnePeace.Modalities.{facts["packages"]}.nupkg")));

        (await CommandRun.OfAsync("modality", "pack", project, "--out", _folder["a.opm"])).ShouldSucceed();
        var verified = (await CommandRun.OfAsync("modality", "verify", _folder["a.opm"])).ShouldSucceed();
        Assert.Contains("modality 'heart_rate'", verified.Output);
        Assert.Contains("canaries: 3 answered as recorded", verified.Output);
        using var package = System.IO.Compression.ZipFile.OpenRead(_folder["a.opm"]);
        Assert.Equal(["HeartRate.deps.json", "HeartRate.dll", "HeartRate.runtimeconfig.json"],
            package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("plugin/", StringComparison.Ordinal)).Select(name => name["plugin/".Length..]));
    }

    [Fact]
    public async Task What_to_do_next_is_told_in_commands()
    {
        var run = (await CommandRun.OfAsync("modality", "new", "smell2", "--out", _folder["smell2"])).ShouldSucceed();
        Assert.Contains($"(cd {_folder["smell2"]} && dotnet test --project tests)", run.Output);
        Assert.Contains("onepeace modality add smell2-1.0.0.opm", run.Output);
        Assert.True(File.Exists(_folder["smell2/Smell2Adaptor.cs"]));
    }

    [Theory]
    [InlineData("Heart", "lower-case letters")]
    [InlineData("2d", "starting with a letter")]
    [InlineData("audio", "belongs to the model itself")]
    [InlineData("sequence", "SequenceAdaptor")]
    public async Task A_name_that_cannot_be_is_refused(string name, string reason)
    {
        (await CommandRun.OfAsync("modality", "new", name, "--out", _folder["x"])).ShouldFail(2, $"'{name}'", reason);
        Assert.False(Directory.Exists(_folder["x"]));
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_left_alone()
    {
        Directory.CreateDirectory(_folder["full"]);
        File.WriteAllText(_folder["full/mine.txt"], "mine");
        (await CommandRun.OfAsync("modality", "new", "smell", "--out", _folder["full"])).ShouldFail(1, "empty one");
        (await CommandRun.OfAsync("modality", "new", "smell", "--out", _folder["full/mine.txt"])).ShouldFail(1, "there already");
        Assert.Equal([_folder["full/mine.txt"]], Directory.GetFileSystemEntries(_folder["full"]));
    }

    /// <summary>Everything that the SDK looks for in the folders above, and that fails a build which finds it.</summary>
    private void WriteHostileRepository()
    {
        const string fail = """<Target Name="Fail" BeforeTargets="Build"><Error Text="The settings of the folder above leaked in." /></Target>""";
        Directory.CreateDirectory(_folder["ours"]);
        File.WriteAllText(_folder["ours/Directory.Build.props"], $"<Project>{fail}</Project>");
        File.WriteAllText(_folder["ours/Directory.Build.targets"], $"<Project>{fail}</Project>");
        File.WriteAllText(_folder["ours/Directory.Packages.props"], "<Project><PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup></Project>");
        File.WriteAllText(_folder["ours/global.json"], """{ "sdk": { "version": "1.0.0", "rollForward": "disable" } }""");
        File.WriteAllText(_folder["ours/.editorconfig"], "root = true\n[*.cs]\ndotnet_diagnostic.CA1062.severity = error\n");
    }
}
