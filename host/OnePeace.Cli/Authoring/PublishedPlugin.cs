using System.Diagnostics;

namespace OnePeace.Cli.Authoring;

/// <summary>The published files of an author's plugin. Where they were published for this purpose, they go when this is disposed.</summary>
internal sealed class PublishedPlugin : IDisposable
{
    private readonly bool _temporary;

    private PublishedPlugin(string folder, bool temporary)
    {
        Folder = folder;
        _temporary = temporary;
    }

    public string Folder { get; }

    /// <summary>Files that somebody published before.</summary>
    /// <exception cref="BadInputException">There is no such folder.</exception>
    public static PublishedPlugin At(string folder) =>
        Directory.Exists(folder) ? new(folder, temporary: false) : throw new BadInputException($"--plugin {folder}: there is no such folder; 'dotnet publish -o {folder}' makes it.");

    /// <summary>Publishes a project with the .NET SDK; its output is shown where that fails.</summary>
    /// <exception cref="BadInputException">It cannot be published.</exception>
    public static async Task<PublishedPlugin> OfAsync(string project, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("onepeace-publish-").FullName;
        var published = new PublishedPlugin(folder, temporary: true);
        try
        {
            await RunAsync(project, folder, cancellation);
            return published;
        }
        catch
        {
            published.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_temporary) Directory.Delete(Folder, recursive: true);
    }

    private static async Task RunAsync(string project, string output, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(DotNet(), ["publish", Path.GetFullPath(project), "-c", "Release", "-o", output, "-nologo", "-v", "quiet"])
        {
            WorkingDirectory = Path.GetFullPath(project),   // its global.json counts, not the caller's
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1" },
        };
        using var process = Start(start);
        var lines = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        var said = await lines;
        if (process.ExitCode == 0) return;
        foreach (var text in said) await Console.Error.WriteAsync(text);
        throw new BadInputException($"{project} cannot be published: the reasons stand above.");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BadInputException("the .NET SDK was not found: install it, or publish the plugin elsewhere and give its folder with --plugin.");
        }
    }

    /// <summary>The program that runs this one, or the one on the path.</summary>
    private static string DotNet() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
}
