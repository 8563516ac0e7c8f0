namespace OnePeace.Architecture.Tests;

/// <summary>The arrows of docs/architecture.md.</summary>
public sealed class ProjectArrowTests
{
    private const string Contract = "OnePeace.Modalities", Image = $"{Contract}.Image", Video = $"{Contract}.Video", Testing = $"{Contract}.Testing";

    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        [Contract] = [],
        [$"{Contract}.Testing"] = ["OnePeace.Engine"],
        [$"{Contract}.Templates"] = [],
        ["OnePeace.Files"] = [],
        ["OnePeace.Transformer"] = ["OnePeace.Files", Contract],
        [Image] = [Contract],
        [Video] = [Contract, Image],   // a plugin may build on another plugin's library: it brings a copy of its own
        ["OnePeace.Engine"] = ["OnePeace.Transformer"],
        [Testing] = ["OnePeace.Engine"],   // the kit tries plugins as a host does
        ["OnePeace.Training"] = ["OnePeace.Engine"],
        ["OnePeace.Contracts"] = [],
        ["OnePeace.Grains"] = ["OnePeace.Contracts", "OnePeace.Engine", "OnePeace.Training"],
        ["OnePeace.GrainStorage"] = [],
        ["OnePeace.Silo"] = ["OnePeace.Grains", "OnePeace.GrainStorage"],
        ["OnePeace.Gateway"] = ["OnePeace.Contracts", "OnePeace.Files"],
        ["OnePeace.Client"] = [],
        ["OnePeace.Scenes"] = ["OnePeace.Files"],
        ["OnePeace.Cli"] = ["OnePeace.Client", "OnePeace.Gateway", "OnePeace.Scenes", "OnePeace.Silo", "OnePeace.Training"],
    };

    [Fact]
    public void Projects_refer_to_each_other_exactly_as_the_architecture_says() => Assert.Empty(WrongArrows(Repository.Projects));

    [Fact]
    public void An_arrow_too_many_a_missing_one_and_an_unknown_project_are_noticed()
    {
        Assert.Equal("OnePeace.Engine must refer to [OnePeace.Transformer], but refers to [OnePeace.Contracts, OnePeace.Transformer].",
            Assert.Single(WrongArrows([Make("OnePeace.Engine", "OnePeace.Transformer", "OnePeace.Contracts")])));
        Assert.Single(WrongArrows([Make("OnePeace.Engine")]));
        Assert.Single(WrongArrows([Make("OnePeace.Surprise")]));
        Assert.Single(WrongArrows([Make("OnePeace.Modalities.Smell", "OnePeace.Engine")]));
        Assert.Empty(WrongArrows([Make("OnePeace.Modalities.Smell", Contract)]));
    }

    [Fact]
    public void A_plugin_that_builds_on_another_is_noticed_unless_it_is_the_one_that_may()
    {
        Assert.Empty(WrongArrows([Make(Video, Contract, Image)]));
        Assert.Single(WrongArrows([Make(Video, Contract)]));
        Assert.Single(WrongArrows([Make(Video, Contract, Image, "OnePeace.Modalities.Audio")]));
        Assert.Single(WrongArrows([Make(Image, Contract, Video)]));
        Assert.Single(WrongArrows([Make("OnePeace.Modalities.Smell", Contract, Image)]));
        Assert.Single(WrongArrows([Make("OnePeace.Engine", "OnePeace.Transformer", Video)]));
    }

    [Fact]
    public void Every_project_is_in_the_solution() => Assert.Empty(NotIn(Repository.Files.Single(f => f.Path == "OnePeace.Platform.sln"), Repository.Projects));

    [Fact]
    public void A_project_outside_the_solution_is_noticed() =>
        Assert.Single(NotIn(new SourceFile("OnePeace.Platform.sln", "OnePeace.Other.csproj"), [Make("OnePeace.Engine")]));

    private static IReadOnlyList<string> WrongArrows(IEnumerable<Project> projects) =>
    [
        .. from project in projects
           where !project.IsTest
           let expected = Expected(project.Name)
           let actual = project.References.Order()
           where expected is null || !actual.SequenceEqual(expected.Order())
           select expected is null
               ? $"{project.Name} is not in the picture: add it to docs/architecture.md and here."
               : $"{project.Name} must refer to [{string.Join(", ", expected)}], but refers to [{string.Join(", ", actual)}].",
    ];

    private static string[]? Expected(string project) =>
        Arrows.GetValueOrDefault(project) ?? (project.StartsWith(Contract + ".") ? [Contract] : null);

    private static IEnumerable<string> NotIn(SourceFile solution, IEnumerable<Project> projects) =>
        from project in projects
        where !solution.Text.Contains($"{project.Name}.csproj")
        select project.Path;

    private static Project Make(string name, params string[] references) => new(name, $"silos/{name}/{name}.csproj", references, [], []);
}
