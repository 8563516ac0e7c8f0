using System.CommandLine;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace inspect</c>: what a stored model is, told from its headers.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("CHECKPOINT") { Description = "An official checkpoint (.pt) or a model directory" };
        var json = SharedOptions.Json();
        var command = new Command("inspect", "Prints a model's architecture, modalities, parameters and types; never executes what the file contains") { model, json };
        command.SetAction(parsed =>
        {
            using var source = ModelPath.Open(parsed.GetRequiredValue(model));
            var inspection = ModelInspection.Of(source);
            Console.Out.WriteLine(parsed.GetValue(json) ? inspection.ToJson() : inspection.ToString().TrimEnd());
        });
        return command;
    }
}
