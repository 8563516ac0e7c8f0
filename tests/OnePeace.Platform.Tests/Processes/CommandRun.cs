using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OnePeace.Platform.Tests.Processes;

/// <summary>The built command as a process of its own.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs the command to its end.</summary>
    public static async Task<CommandRun> OfAsync(params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'onepeace {string.Join(' ', arguments)}' did not end within {Patience}.");
        }
        return new CommandRun(process.ExitCode, await output, await error);
    }

    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "onepeace.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ONEPEACE_BOOTSTRAP_KEY"] = null },
        };
    }

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
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
        return this;
    }
}
