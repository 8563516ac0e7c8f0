namespace OnePeace.Platform.Tests.Processes;

internal sealed partial record CommandRun
{
    public static partial string Assembly => Path.Combine(AppContext.BaseDirectory, "onepeace.dll");

    /// <summary>That it failed with <paramref name="code"/> and said so in one line that mentions each of <paramref name="words"/>.</summary>
    public void ShouldFail(int code, params string[] words)
    {
        Assert.True(ExitCode == code, $"expected exit code {code}, got {ExitCode}: {Error}");
        Assert.Equal("", Output);
        var line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.All(words, word => Assert.Contains(word, line));
    }

    public CommandRun ShouldSucceed()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}{Output}");
        return this;
    }
}
