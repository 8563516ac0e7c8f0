using System.CommandLine;
using OnePeace.Cli.Outputs;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace model generate</c>: models of random weights, for tests and measurements.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Makes models") { Generate() };

    private static Command Generate()
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A JSON file: models/recipes has some" };
        var folder = new Argument<string>("DIR") { Description = "The model directory to write; must not exist, or be empty" };
        var json = SharedOptions.Json();
        var command = new Command("generate", "Writes a model of random weights: same recipe, same bytes on every machine") { recipe, folder, json };
        command.SetAction(parsed =>
        {
            TorchRuntime.EnsureLoaded();
            var path = parsed.GetRequiredValue(folder);
            using var plugins = new PluginCatalogue(PackagedModalities.Folder);
            ModelGenerator.Create(GeneratedModel.Read(parsed.GetRequiredValue(recipe), plugins.Get), path);
            Report.Print(parsed.GetValue(json), new()
            {
                ["directory"] = path,
                ["bytes"] = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length),
            });
        });
        return command;
    }
}
