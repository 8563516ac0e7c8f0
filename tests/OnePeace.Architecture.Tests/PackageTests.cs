using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OnePeace.Architecture.Tests;

/// <summary>Every package version is pinned, once, and locked.</summary>
public sealed partial class PackageTests
{
    private static readonly SourceFile Central = Repository.Files.Single(file => file.Path == "Directory.Packages.props");

    [Fact]
    public void Every_version_is_one_exact_version_in_the_central_file() => Assert.Empty(Unpinned(Central, Repository.Projects));

    [Theory]
    [InlineData("1.*")]
    [InlineData("[1.0,2.0)")]
    [InlineData("$(Newest)")]
    public void A_version_that_floats_is_noticed(string version) => Assert.Single(Unpinned(CentralWith(version), []));

    [Fact]
    public void A_version_of_ones_own_and_a_package_without_version_are_noticed()
    {
        Assert.Single(Unpinned(CentralWith("1.2.3"), [new("A", "silos/A/A.csproj", [], ["Some.Package"], ["Some.Package"])]));
        Assert.Single(Unpinned(CentralWith("1.2.3"), [new("A", "silos/A/A.csproj", [], ["Unknown.Package"], [])]));
        Assert.Empty(Unpinned(CentralWith("1.2.3-beta.1"), [new("A", "silos/A/A.csproj", [], ["Some.Package"], [])]));
    }

    [Fact]
    public void Every_project_has_a_lock_file() => Assert.Empty(Unlocked(Repository.Projects, Repository.Files));

    [Fact]
    public void A_project_without_lock_file_is_noticed()
    {
        Project project = new("A", "silos/A/A.csproj", [], [], []);
        Assert.Single(Unlocked([project], []));
        Assert.Empty(Unlocked([project], [new("silos/A/packages.lock.json", "{}")]));
    }

    private static IReadOnlyList<string> Unpinned(SourceFile central, IEnumerable<Project> projects)
    {
        var versions = XDocument.Parse(central.Text).Descendants("PackageVersion")
            .ToDictionary(item => item.Attribute("Include")!.Value, item => item.Attribute("Version")!.Value);
        return
        [
            .. versions.Where(pair => !ExactVersion().IsMatch(pair.Value)).Select(pair => $"{pair.Key} has the version '{pair.Value}'."),
            .. projects.SelectMany(p => p.OwnVersions.Select(package => $"{p.Path} gives {package} a version of its own.")),
            .. projects.SelectMany(p => p.Packages.Where(package => !versions.ContainsKey(package)).Select(package => $"{p.Path}: {package} has no version.")),
        ];
    }

    private static IEnumerable<string> Unlocked(IEnumerable<Project> projects, IEnumerable<SourceFile> files) =>
        projects.Select(project => project.LockFile).Except(files.Select(file => file.Path));

    private static SourceFile CentralWith(string version) =>
        new("Directory.Packages.props", $"""<Project><ItemGroup><PackageVersion Include="Some.Package" Version="{version}" /></ItemGroup></Project>""");

    [GeneratedRegex(@"^\d+\.\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?$")]
    private static partial Regex ExactVersion();
}
