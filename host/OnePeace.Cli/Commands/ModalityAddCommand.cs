using System.CommandLine;
using OnePeace.Cli.Outputs;
using OnePeace.Cli.Servers;
using OnePeace.Client;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality add</c>: a package goes to a server and serves.</summary>
internal static class ModalityAddCommand
{
    public static Command Create()
    {
        var package = new Argument<string>("F.opm") { Description = "The package" };
        var json = SharedOptions.Json();
        var command = new Command("add", "Attaches a package to a server, beside everything that serves; a newer version takes over without a pause") { package, json };
        var server = new ServerOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(package);
            var version = VersionOf(path);
            var modality = await server.CallAsync(parsed, client => UploadAsync(client, path, cancellation));
            if (parsed.GetValue(json)) Report.Print(true, ModalityFacts.Of(modality));
            else ModalityReport.Print(modality, version);
        });
        return command;
    }

    /// <summary>The version that a package brings; what is no package is not sent.</summary>
    private static string VersionOf(string path)
    {
        if (!File.Exists(path)) throw new BadInputException($"{path}: there is no such package.");
        try
        {
            using var package = ModalityPackage.Open(path);
            return package.Manifest.Version;
        }
        catch (PackageRefusedException e)
        {
            throw new BadInputException($"{path}: {e.Message}");
        }
    }

    private static async Task<ModalityInfo> UploadAsync(OnePeaceClient client, string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        ModalityInfo? added = null;
        await ProgressDisplay.RunAsync("uploading, then attaching", file.Length, async done =>
        {
            var before = 0L;
            added = await client.AddModalityAsync(file, sent =>
            {
                done(sent - before);
                before = sent;
            }, cancellation);
        });
        return added!;
    }
}
