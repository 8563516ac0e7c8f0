using System.CommandLine;
using OnePeace.Cli.Authoring;
using OnePeace.Cli.Outputs;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Packages;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality pack</c>: an author's project becomes a package.</summary>
internal static class ModalityPackCommand
{
    public static Command Create()
    {
        var project = new Argument<string>("DIR") { Description = "The project folder, with modality.json" };
        var model = SharedOptions.ModelOrDemo();
        var output = new Option<string?>("--out") { Description = "The package to write; by default NAME-VERSION.opm in this folder", HelpName = "FILE" };
        var plugin = new Option<string?>("--plugin") { Description = "A folder with the plugin already published; by default the project is published first", HelpName = "DIR" };
        var sign = new Option<string?>("--sign") { Description = "Signs the package: a P-256 private key in PEM", HelpName = "KEY.pem" };
        var json = SharedOptions.Json();
        var command = new Command("pack", "Packs a modality: plugin, weights and canaries for one core; same project, same bytes") { project, model, output, plugin, sign, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = parsed.GetRequiredValue(project);
            if (!Directory.Exists(folder)) throw new BadInputException($"{folder}: there is no such folder.");
            var opened = ModalityProject.Open(folder);
            var path = parsed.GetValue(output) ?? $"{opened.Name}-{opened.Version}.opm";
            OutputFile.CheckFolder(path);
            using var key = parsed.GetValue(sign) is { } file ? KeyFile.Read(file, isPrivate: true) : null;
            TorchRuntime.EnsureLoaded();
            using var source = ModelPath.Open(parsed.GetRequiredValue(model));
            using var published = parsed.GetValue(plugin) is { } given ? PublishedPlugin.At(given) : await PublishedPlugin.OfAsync(folder, cancellation);
            var packed = PackageBuilder.Build(opened, published.Folder, source, path, key);
            Report.Print(parsed.GetValue(json), new()
            {
                ["file"] = path,
                ["hash"] = packed.Hash,
                ["name"] = packed.Manifest.Name,
                ["version"] = packed.Manifest.Version,
                ["bytes"] = new FileInfo(path).Length,
                ["parameters"] = packed.Manifest.Parameters,
                ["core"] = packed.Manifest.Core.Hash,
                ["tokens"] = packed.Manifest.Cost.Typical,
                ["signed"] = key is not null,
            });
        });
        return command;
    }
}
