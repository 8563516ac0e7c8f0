using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>One template, two ways to it: <c>onepeace modality new</c> and <c>dotnet new onepeace-modality</c>.</summary>
public sealed class TemplateTests : IDisposable
{
    private const string Template = "modalities/OnePeace.Modalities.Templates";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("heart_rate", "HeartRate")]
    [InlineData("smell", "Smell")]
    [InlineData("co2_level", "Co2Level")]
    public async Task The_command_and_the_template_package_write_the_same_files(string name, string pascal)
    {
        var written = (await CommandRun.OfAsync("modality", "new", name, "--out", _folder["command"], "--json")).ShouldSucceed();
        var version = (string)JsonNode.Parse(written.Output)!["packages"]!;
        (await ShellRun.DotNetAsync(RepositoryFolder.Root, "pack", Template, "-c", "Release", "-o", _folder["package"])).ShouldSucceed();
        var package = Assert.Single(Directory.GetFiles(_folder["package"]));
        (await DotNetNewAsync("install", package)).ShouldSucceed();
        (await DotNetNewAsync("onepeace-modality", "-n", pascal, "-o", _folder["template"], "--packageVersion", version)).ShouldSucceed();

        var expected = Files("template");
        var actual = Files("command").Where(file => file.Key != "nuget.config" && !file.Key.StartsWith("packages/", StringComparison.Ordinal)).ToDictionary();
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(actual[file.Key]), $"{file.Key} differs"));
        Assert.DoesNotContain(expected, file => $"{file.Key} {System.Text.Encoding.UTF8.GetString(file.Value)}" is var text
            && (text.Contains("Example", StringComparison.OrdinalIgnoreCase) || text.Contains("PACKAGE_VERSION", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_template_asks_for_the_versions_that_this_repository_has()
    {
        var central = File.ReadAllText(RepositoryFolder.At("Directory.Packages.props"));
        var tests = File.ReadAllText(RepositoryFolder.At($"{Template}/templates/modality/tests/ExampleSeries.Tests.csproj"));
        const string xunit = @"""xunit\.v3"" Version=""([^""]+)""";
        Assert.Equal(Regex.Match(central, xunit).Groups[1].Value, Regex.Match(tests, xunit).Groups[1].Value);

        var template = JsonNode.Parse(File.ReadAllText(RepositoryFolder.At($"{Template}/templates/modality/.template.config/template.json")))!;
        var version = Regex.Match(File.ReadAllText(RepositoryFolder.At("Directory.Build.props")), "<Version>(.+)</Version>").Groups[1].Value;
        Assert.Equal(version, (string)template["symbols"]!["packageVersion"]!["defaultValue"]!);
    }

    /// <summary>With templates of its own: the user's stay as they are.</summary>
    private Task<CommandRun> DotNetNewAsync(params string[] arguments) =>
        ShellRun.DotNetAsync(_folder[""], ["new", .. arguments, "--debug:custom-hive", _folder["hive"]]);

    private Dictionary<string, byte[]> Files(string folder) => Directory.GetFiles(_folder[folder], "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(_folder[folder], path).Replace('\\', '/'), File.ReadAllBytes);
}
