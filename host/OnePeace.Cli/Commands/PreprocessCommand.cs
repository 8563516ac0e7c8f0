using System.CommandLine;
using OnePeace.Cli.Inputs;
using OnePeace.Cli.Outputs;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace preprocess</c>: what a modality's adaptor is fed, for checking.</summary>
internal static class PreprocessCommand
{
    public static Command Create()
    {
        Option<string> model = SharedOptions.Model(), output = SharedOptions.Out("X.safetensors");
        var modality = new Option<string>("--modality") { Description = "The modality of the inputs", HelpName = "NAME", Required = true };
        var files = new Argument<string[]>("F") { Description = "Files of that modality", Arity = ArgumentArity.ZeroOrMore };
        var json = SharedOptions.Json();
        var command = new Command("preprocess", "Writes what the model is fed: token ids, pixels, waveform and padding mask") { model, modality, files, output, json };
        var inputs = new InputOptions(command, PackagedModalities.Names);
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(modality);
            var path = parsed.GetRequiredValue(output);
            if (Path.GetExtension(path) != ".safetensors") throw new BadUsageException($"--out {path}: expected a name that ends in .safetensors.");
            OutputFile.CheckFolder(path);
            InputSource[] sources = [.. parsed.GetValue(files)!.Select(file => new InputSource(name, file, SourceKind.File)), .. inputs.Read(parsed)];
            if (sources.FirstOrDefault(source => source.Modality != name) is { } other)
                throw new BadUsageException($"an input is of the modality '{other.Modality}', but --modality is '{name}'.");
            if (sources.Length == 0) throw new BadUsageException("nothing to preprocess: give files. See 'onepeace preprocess --help'.");

            TorchRuntime.EnsureLoaded();
            using var source = ModelPath.Open(parsed.GetRequiredValue(model));
            using var plugins = new PluginCatalogue(PackagedModalities.Folder);
            var prepared = await PrepareAsync(Preprocessor(source, name, plugins), plugins.Get(name), sources, cancellation);
            using var scope = NewDisposeScope();
            var fields = BatchAssembly.Stack(prepared);
            OutputFile.Write(path, () => SafetensorsWriter.Write(path, fields));
            Report.Print(parsed.GetValue(json), new() { ["file"] = path, ["rows"] = prepared.Count, ["tensors"] = string.Join(", ", fields.Keys) });
        });
        return command;
    }

    private static IPreprocessor Preprocessor(ModelSource source, string name, PluginCatalogue plugins)
    {
        var stored = source.Choose([name]).Single();
        var plugin = plugins.Get(name);
        return plugin.CreatePreprocessor(stored.CompleteOptions(plugin));
    }

    private static async Task<List<PreparedInput>> PrepareAsync(IPreprocessor preprocessor, IModality plugin, InputSource[] sources, CancellationToken cancellation)
    {
        var takesText = plugin.MediaTypes.Any(type => type.StartsWith("text/", StringComparison.Ordinal));
        var prepared = new List<PreparedInput>();
        foreach (var row in new InputReader(_ => takesText).Read(sources))
        {
            try
            {
                prepared.Add(await preprocessor.PrepareAsync(new RawInput(row.Read()), cancellation));
            }
            catch (InvalidInputException e)
            {
                throw new BadInputException($"input {prepared.Count} ({row.ShortLabel}): {e.Message}");
            }
        }
        return prepared;
    }
}
