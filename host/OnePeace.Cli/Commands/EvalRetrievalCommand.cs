using System.CommandLine;
using System.Text;
using OnePeace.Cli.Authoring;
using OnePeace.Cli.Inputs;
using OnePeace.Cli.Outputs;
using OnePeace.Engine;
using OnePeace.Training.Evaluation;
using OnePeace.Training.Reports;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace eval retrieval</c>: how well one modality finds another.</summary>
internal static class EvalRetrievalCommand
{
    private const string PageName = "retrieval.html";

    private static readonly string[] _pageEndings = [".html", ".htm"];

    public static Command Create()
    {
        Option<string> model = SharedOptions.Model(), device = SharedOptions.Device(), type = SharedOptions.DataType();
        var report = new Option<string>("--report") { Description = $"Also write a page about it: a file, or a folder that gets {PageName}", HelpName = "F.html|DIR" };
        var plugin = ChosenPlugins.Option();
        var json = SharedOptions.Json();
        var command = new Command("retrieval", "How well one modality finds another: recall, ranks and chance") { model };
        var options = new RetrievalOptions(command);
        foreach (var option in new Option[] { report, plugin, device, type, json }) command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = parsed.GetValue(report) is { } path ? PagePath(path) : null;
            // What makes no sense is said before a model is loaded, and what is not needed of it stays where it is.
            string[]? needed = options.IsMatrix(parsed) ? null : [.. options.Plans(parsed, [])[0].Modalities];
            using var plugins = await ChosenPlugins.OpenAsync(parsed.GetValue(plugin) ?? [], cancellation);
            await using var engine = await ModelPath.LoadEngineAsync(parsed.GetRequiredValue(model), new EngineOptions { Device = parsed.GetRequiredValue(device), DataType = parsed.GetRequiredValue(type) }, needed, cancellation, plugins.Catalogue);
            var modalities = new ModelModalities(engine.Describe());
            var split = RetrievalSplit.Read(options.Data(parsed), options.Split(parsed), modalities.TakesText);
            var pool = options.ViaSplit(parsed) is { } name ? RetrievalSplit.Read(options.Data(parsed), name, modalities.TakesText) : null;
            var plans = options.Plans(parsed, modalities.Shared(split));
            foreach (var plan in plans) modalities.Require(plan.Modalities);
            var outcomes = await RunAsync(engine, MakeTasks(plans, split, pool, modalities.TakesText), cancellation);
            var drawing = new RetrievalReport(modalities.Model, $"{Path.GetFileName(Path.GetFullPath(split.Folder))}, split {split.Name}", modalities.Show);
            if (page is not null)
            {
                var html = options.IsMatrix(parsed) ? drawing.Draw([.. outcomes.SelectMany(outcome => outcome.Results)]) : drawing.Draw(plans[0], outcomes[0]);
                OutputFile.Replace(page, stream => stream.Write(Encoding.UTF8.GetBytes(html)));
            }
            Print(parsed.GetValue(json), new RetrievalListing(modalities.Model, split, page), outcomes, options.IsMatrix(parsed));
        });
        return command;
    }

    private static void Print(bool asJson, RetrievalListing listing, IReadOnlyList<RetrievalOutcome> outcomes, bool isMatrix)
    {
        if (asJson) Report.Print(asJson: true, listing.ToJson(outcomes));
        else if (isMatrix) listing.PrintMatrix(outcomes);
        else listing.Print(outcomes[0]);
    }

    private static IReadOnlyList<RetrievalTask> MakeTasks(IReadOnlyList<RetrievalPlan> plans, RetrievalSplit split, RetrievalSplit? pool, Func<string, bool> takesText)
    {
        try
        {
            return [.. plans.Select(plan => new RetrievalTask(plan, split, pool, takesText))];
        }
        catch (ArgumentException e)
        {
            throw new BadUsageException(e.Message);
        }
    }

    private static async Task<IReadOnlyList<RetrievalOutcome>> RunAsync(IEncodingEngine engine, IReadOnlyList<RetrievalTask> tasks, CancellationToken cancellation)
    {
        var vectors = new VectorStore(engine);
        RetrievalInput[] inputs = [.. tasks.SelectMany(task => task.Inputs).Distinct()];
        await ProgressDisplay.RunAsync("embedding", inputs.Length, done => vectors.AddAsync(inputs, count => done(count), cancellation));
        return [.. tasks.Select(task => task.Run(vectors))];
    }

    private static string PagePath(string path)
    {
        if (!_pageEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            OutputFile.Write(path, () => Directory.CreateDirectory(path));
            path = Path.Combine(path, PageName);
        }
        OutputFile.CheckFolder(path);
        return path;
    }
}
