using System.Text.RegularExpressions;

namespace OnePeace.Architecture.Tests;

/// <summary>The repository stands alone: no path of somebody's machine, nothing outside the clone.</summary>
public sealed partial class MachinePathTests
{
    private static readonly HashSet<string> TextExtensions =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".sh", ".yml", ".yaml", ".html", ".css", ".js", ".txt", ".config", ""];

    [Fact]
    public void No_file_names_a_path_of_one_machine() => Assert.Empty(WithMachinePaths(Repository.Files.Where(f => !f.IsIn("tests/OnePeace.Architecture.Tests"))));

    [Theory]
    [InlineData("""{ "source": "/home/somebody/project/data.json" }""")]
    [InlineData("see ../shared/design")]
    [InlineData("""var path = @"C:\Users\somebody";""")]
    [InlineData("cd /root/project")]
    [InlineData("cat /root/.nuget/x")]
    public void A_path_of_one_machine_is_noticed(string text) => Assert.Single(WithMachinePaths([new("silos/A/A.cs", text)]));

    [Theory]
    [InlineData("https://example.org/home/somebody")]
    [InlineData("a framework/work-item and /usr/lib/dotnet")]
    public void An_address_and_a_place_that_every_system_has_are_fine(string text) => Assert.Empty(WithMachinePaths([new("silos/A/A.cs", text)]));

    private static IReadOnlyList<string> WithMachinePaths(IEnumerable<SourceFile> files) =>
    [
        .. from file in files
           where TextExtensions.Contains(Path.GetExtension(file.Path))
           let found = MachinePath().Match(file.Text)
           where found.Success
           select $"{file}: {found.Value}",
    ];

    [GeneratedRegex(@"(?<![\w./-])/(home|Users)/\w+|(?<![\w./-])/(root|work)/|[A-Za-z]:\\Users\\|\.\./shared\b")]
    private static partial Regex MachinePath();
}
