using System.Diagnostics;

namespace OnePeace.Platform.Tests.Processes;

/// <summary>Other programs as an author starts them: the .NET SDK is on the path, and nothing of this test run is inherited.</summary>
internal static class ShellRun
{
    private static readonly string[] OfThisRun = ["TESTINGPLATFORM_", "MSBUILD", "ONEPEACE_"];

    /// <summary>Runs <c>dotnet</c>.</summary>
    public static Task<CommandRun> DotNetAsync(string folder, params string[] arguments) => CommandRun.OfAsync(Start(CommandRun.DotNet, arguments, folder), CommandRun.Patience);

    /// <summary>Runs a script as a whole; it ends at the first command that fails.</summary>
    public static Task<CommandRun> BashAsync(string folder, string script, TimeSpan patience, params (string Name, string Value)[] environment)
    {
        var start = Start("bash", ["-c", $"set -euo pipefail\n{script}"], folder);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return CommandRun.OfAsync(start, patience);
    }

    private static ProcessStartInfo Start(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => OfThisRun.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToList())
            start.Environment.Remove(name);
        start.Environment["PATH"] = $"{Path.GetDirectoryName(CommandRun.DotNet)}{Path.PathSeparator}{start.Environment["PATH"]}";
        foreach (var name in new[] { "MSBUILDDISABLENODEREUSE", "DOTNET_NOLOGO", "DOTNET_CLI_TELEMETRY_OPTOUT" }) start.Environment[name] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return start;
    }
}
