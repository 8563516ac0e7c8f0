using System.CommandLine;
using OnePeace.Cli.Outputs;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace convert</c>: an official checkpoint becomes a model directory.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "An official checkpoint (.pt) or a model directory" };
        var folder = new Argument<string>("DIR") { Description = "The model directory to write; must not exist, or be empty" };
        var type = new Option<string?>("--dtype") { Description = "What the weights become: float32, bfloat16 or float16; by default they stay as they are", HelpName = "TYPE" };
        var modalities = new Option<string?>("--modalities") { Description = "Which modalities to keep, by commas; by default all", HelpName = "LIST" };
        var json = SharedOptions.Json();
        var command = new Command("convert", "Converts an official checkpoint to a model directory: memory-mapped safetensors, loads at once")
        {
            checkpoint, folder, type, modalities, json,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(folder);
            using var source = ModelPath.Open(parsed.GetRequiredValue(checkpoint));
            var chosen = Names(parsed.GetValue(modalities));
            ModelDirectory.Write(source, path, parsed.GetValue(type) is { } name ? Type(name) : null, chosen);
            using var written = ModelDirectory.Open(path);
            Report.Print(parsed.GetValue(json), new()
            {
                ["directory"] = path,
                ["modalities"] = string.Join(", ", written.Modalities.Keys.Order(StringComparer.Ordinal)),
                ["core_hash"] = written.CoreHash,
                ["skipped"] = source.Skipped.Count,
            });
        });
        return command;
    }

    private static TorchSharp.torch.ScalarType Type(string name) => name is "float32" or "bfloat16" or "float16"
        ? DataTypes.Parse(name)
        : throw new BadUsageException($"--dtype {name}: expected float32, bfloat16 or float16.");

    private static string[]? Names(string? list)
    {
        var names = list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names is [] ? throw new BadUsageException("--modalities: expected names by commas, such as text,image.") : names;
    }
}
