using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OnePeace.Platform.Tests.Processes;

/// <summary>The built command as a process of its own.</summary>
internal sealed partial record CommandRun(int ExitCode, string Output, string Error)
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The program that runs these tests, with its SDK.</summary>
    public static string DotNet { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    /// <summary>The command's own assembly.</summary>
    public static partial string Assembly { get; }

    /// <summary>Runs the command to its end.</summary>
    public static Task<CommandRun> OfAsync(params string[] arguments) => OfAsync(StartInfo(arguments), Patience);

    /// <summary>Runs a program to its end; it is ended, with what it started, where it takes too long.</summary>
    public static async Task<CommandRun> OfAsync(ProcessStartInfo start, TimeSpan patience)
    {
        using var process = Process.Start(start)!;
        return await ToEndAsync(process, patience);
    }

    /// <summary>The same for one that was started.</summary>
    public static async Task<CommandRun> ToEndAsync(Process process, TimeSpan patience)
    {
        using var end = new CancellationTokenSource(patience);
        var output = process.StandardOutput.ReadToEndAsync(end.Token);
        var error = process.StandardError.ReadToEndAsync(end.Token);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}' did not end within {patience}.");
        }
        return new CommandRun(process.ExitCode, await output, await error);
    }

    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments) => new(DotNet, [Assembly, .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["ONEPEACE_BOOTSTRAP_KEY"] = null },
    };
}
