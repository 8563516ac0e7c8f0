using System.CommandLine;
using OnePeace.Cli.Inputs;
using OnePeace.Cli.Outputs;
using OnePeace.Engine;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace embed</c>: inputs become vectors in this process, without a server.</summary>
internal static class EmbedCommand
{
    /// <summary>Inputs in one request to the engine, which makes its own batches of them: as many as may be read into memory at once.</summary>
    private const int RowsAtOnce = 64;

    public static Command Create()
    {
        Option<string> model = SharedOptions.Model(), output = SharedOptions.Out("X.safetensors, X.npy or X.jsonl"), device = SharedOptions.Device(), type = SharedOptions.DataType();
        Option<bool> json = SharedOptions.Json(), deterministic = SharedOptions.Deterministic();
        var command = new Command("embed", "Embeds inputs in this process: one row per input, in the order given, of unit length") { model, output, device, type, deterministic, json };
        var inputs = new InputOptions(command, PackagedModalities.Names);
        inputs.AddGeneric(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var sources = inputs.Read(parsed);
            if (sources.Count == 0) throw new BadUsageException("nothing to embed: give inputs, such as --text \"a cat\". See 'onepeace embed --help'.");
            var path = parsed.GetRequiredValue(output);
            VectorFile.Check(path);
            string[] modalities = [.. sources.Select(source => source.Modality).Distinct()];
            var options = new EngineOptions { Device = parsed.GetRequiredValue(device), DataType = parsed.GetRequiredValue(type), Deterministic = parsed.GetValue(deterministic) };
            await using var engine = await ModelPath.LoadEngineAsync(parsed.GetRequiredValue(model), options, modalities, cancellation);
            var description = engine.Describe();
            var rows = new InputReader(name => TakesText(description, name)).Read(sources);
            var vectors = await EncodeAsync(engine, rows, cancellation);
            VectorFile.Write(path, rows, vectors);
            Report.Print(parsed.GetValue(json), new()
            {
                ["file"] = path,
                ["rows"] = rows.Count,
                ["dimensions"] = description.Dimensions,
                ["model"] = description.Model,
            });
        });
        return command;
    }

    private static async Task<IReadOnlyList<float[]>> EncodeAsync(IEncodingEngine engine, IReadOnlyList<InputRow> rows, CancellationToken cancellation)
    {
        var vectors = new List<float[]>(rows.Count);
        await ProgressDisplay.RunAsync("embedding", rows.Count, async done =>
        {
            foreach (var chunk in rows.Chunk(RowsAtOnce))
            {
                vectors.AddRange(await EncodeAsync(engine, chunk, vectors.Count, cancellation));
                done(chunk.Length);
            }
        });
        return vectors;
    }

    private static async Task<IEnumerable<float[]>> EncodeAsync(IEncodingEngine engine, InputRow[] rows, int first, CancellationToken cancellation)
    {
        var items = rows.Select(row => new EncodeItem([new EncodePart(row.Modality, row.Read())])).ToList();
        try
        {
            var embeddings = await engine.EncodeAsync(new EncodeWork(items) { Deadline = DateTimeOffset.MaxValue }, cancellation);
            return embeddings.Select(embedding => embedding.Vector);
        }
        catch (ItemRejectedException e)
        {
            throw new BadInputException($"input {first + e.Index} ({rows[e.Index].Modality} {rows[e.Index].ShortLabel}): {e.Message}");
        }
    }

    private static bool TakesText(EngineDescription model, string modality)
    {
        var found = model.Modalities.FirstOrDefault(m => m.Name == modality) ?? throw new BadInputException(
            $"the model {model.Model} has no modality '{modality}'; it has {string.Join(", ", model.Modalities.Select(m => m.Name))}.");
        return found.MediaTypes.Any(type => type.StartsWith("text/", StringComparison.Ordinal));
    }
}
