using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>The README's chapter for authors: its commands, word for word and in order, as one script beside a running server.</summary>
public sealed partial class ReadmeTests(ITestOutputHelper output) : IDisposable
{
    private const string Chapter = "Add a modality";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);   // it takes about one on two processors

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_commands_that_add_a_modality_work_as_they_stand_in_the_readme()
    {
        var commands = Commands(File.ReadAllText(RepositoryFolder.At("README.md")), Chapter);
        WriteClone();
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        var run = await ShellRun.BashAsync(_folder["clone"], commands, Patience,
            ("KEY", platform.Key), ("ONEPEACE_SERVER", platform.Url.ToString().TrimEnd('/')));
        output.WriteLine(run.Output + run.Error);
        run.ShouldSucceed();

        Assert.Matches(@"failed: 0\n *succeeded: [1-9]", run.Output);
        Assert.Matches(@"heart_rate +1\.0\.0 +ready +package", run.Output);
        var vector = JsonNode.Parse(run.Output.Split('\n').First(line => line.StartsWith("{\"object\":\"list\"", StringComparison.Ordinal)))!["data"]![0]!["embedding"]!.AsArray();
        Assert.Equal(1, vector.Sum(value => (double)value! * (double)value!), tolerance: 1e-3);
        Assert.Matches(@"heart_rate 1\.1\.0 is ready(.|\n)*heart_rate 1\.0\.0 is ready(.|\n)*heart_rate is detached", run.Output);
        Assert.EndsWith("HTTP 400", run.Output.TrimEnd());
    }

    [Fact]
    public void Commands_are_those_of_one_chapter_in_their_order()
    {
        const string text = "# A\n```sh\nno\n```\n## B\nwords\n```sh\none  # first\n```\n```json\nno\n```\n### C\n```sh\ntwo \\\n  three\n```\n## D\n```sh\nno\n```\n";
        Assert.Equal("one  # first\ntwo \\\n  three\n", Commands(text, "B"));
        Assert.Throws<InvalidOperationException>(() => Commands(text, "E"));
    }

    /// <summary>A folder that has of a clone what the chapter uses: the script at its root.</summary>
    private void WriteClone()
    {
        Directory.CreateDirectory(_folder["clone"]);
        File.WriteAllText(_folder["clone/onepeace"], $"#!/usr/bin/env bash\nexec '{CommandRun.DotNet}' '{CommandRun.Assembly}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder["clone/onepeace"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>All <c>sh</c> blocks of a chapter.</summary>
    private static string Commands(string readme, string chapter)
    {
        var found = Chapters().Split(readme).Single(part => part.StartsWith($"{chapter}\n", StringComparison.Ordinal));
        return string.Concat(ShellBlocks().Matches(found).Select(block => block.Groups[1].Value));
    }

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex Chapters();

    [GeneratedRegex(@"^```sh\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlocks();
}
