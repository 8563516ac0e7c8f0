using System.Text.RegularExpressions;

namespace OnePeace.Architecture.Tests;

/// <summary>Calls that block a thread while something else should run on it.</summary>
public sealed partial class BannedCallTests
{
    [Fact]
    public void Nothing_but_tests_blocks_on_a_task_or_sleeps() => Assert.Empty(Blocking(Repository.Files));

    [Theory]
    [InlineData("var vector = EncodeAsync().Result;")]
    [InlineData("task.Wait();")]
    [InlineData("System.Threading.Thread.Sleep(10);")]
    public void A_blocking_call_is_noticed(string source)
    {
        Assert.Single(Blocking([new("silos/A/A.cs", source)]));
        Assert.Empty(Blocking([new("tests/A/A.cs", source)]));
    }

    [Theory]
    [InlineData("// never task.Wait(); or task.Result")]
    [InlineData("var parsed = command.ResultOf(line); await task.WaitAsync(token);")]
    public void Comments_and_longer_names_are_not_calls(string source) => Assert.Empty(Blocking([new("silos/A/A.cs", source)]));

    private static IReadOnlyList<string> Blocking(IEnumerable<SourceFile> files) =>
    [
        .. from file in files
           where file.IsCSharp && !file.IsTest
           from Match call in Banned().Matches(CSharpText.WithoutComments(file.Text))
           select $"{file}: {call.Value}",
    ];

    [GeneratedRegex(@"\.Result\b|\.Wait\(\s*\)|\bThread\.Sleep\b")]
    private static partial Regex Banned();
}
