namespace OnePeace.Architecture.Tests;

/// <summary>What must not be reached from where: by package, by project reference, or through either.</summary>
public sealed class LayerTests
{
    private static readonly string[] BelowGrains = ["OnePeace.Modalities", "OnePeace.Transformer", "OnePeace.Engine"];
    private static readonly string[] WithoutTensors = ["OnePeace.Contracts", "OnePeace.Client", "OnePeace.Gateway"];

    [Fact]
    public void Nothing_below_the_grains_knows_Orleans()
    {
        var plugins = Repository.Projects.Where(p => p.Path.StartsWith("modalities/")).Select(p => p.Name);
        Assert.Empty(Reaching("Microsoft.Orleans", BelowGrains.Union(plugins), Repository.Projects, LockFile));
    }

    [Fact]
    public void Contracts_client_and_gateway_know_no_tensors() =>
        Assert.Empty(Reaching("TorchSharp", WithoutTensors, Repository.Projects, LockFile));

    [Fact]
    public void A_forbidden_package_is_found_directly_through_a_project_and_through_a_package()
    {
        Project direct = Make("OnePeace.Engine", [], ["Microsoft.Orleans.Sdk"]), outer = Make("OnePeace.Outer", ["OnePeace.Engine"], []);
        Project clean = Make("OnePeace.Clean", [], []);
        Assert.Single(Reaching("Microsoft.Orleans", ["OnePeace.Engine"], [direct], _ => "{}"));
        Assert.Single(Reaching("Microsoft.Orleans", ["OnePeace.Outer"], [direct, outer], _ => "{}"));
        Assert.Single(Reaching("Microsoft.Orleans", ["OnePeace.Clean"], [clean], _ => """{ "Microsoft.Orleans.Core": {} }"""));
        Assert.Empty(Reaching("Microsoft.Orleans", ["OnePeace.Clean"], [clean, direct], _ => "{}"));
    }

    private static IReadOnlyList<string> Reaching(
        string package, IEnumerable<string> names, IReadOnlyList<Project> projects, Func<Project, string> lockFile)
    {
        bool Reaches(Project project) =>
            project.Packages.Any(p => p.StartsWith(package)) ||
            lockFile(project).Contains($"\"{package}") ||
            project.References.Any(reference => Reaches(projects.Single(p => p.Name == reference)));
        return [.. names.Where(name => Reaches(projects.Single(p => p.Name == name))).Select(name => $"{name} reaches {package}.")];
    }

    private static string LockFile(Project project) => Repository.Files.Single(file => file.Path == project.LockFile).Text;

    private static Project Make(string name, string[] references, string[] packages) => new(name, $"silos/{name}/{name}.csproj", references, packages, []);
}
