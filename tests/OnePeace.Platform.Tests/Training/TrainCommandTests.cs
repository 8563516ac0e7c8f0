using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Training;

/// <summary><c>onepeace train</c> as a user meets it: the model that it writes, and one line for every mistake.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Trains_a_model_that_embeds_and_goes_no_further_when_it_is_done()
    {
        var project = new TrainProject(_folder);
        project.Save(TrainProject.Recipe(steps: 2));
        var report = JsonNode.Parse((await CommandRun.OfAsync([.. project.Command("model"), "--json"])).ShouldSucceed().Output)!;
        Assert.Equal((_folder["model"], 2), ((string)report["model"]!, (int)report["stages"]!));
        (await CommandRun.OfAsync("embed", "--model", _folder["model"], "--text", "a word", "--out", _folder["v.npy"])).ShouldSucceed();

        (await CommandRun.OfAsync(project.Command("model"))).ShouldFail(1, _folder["model"], "there is something already");
        (await CommandRun.OfAsync([.. project.Command("other"), "--run", _folder["model.run"], "--seed", "9"])).ShouldFail(1, "another recipe, seed or model");
    }

    [Fact]
    public async Task Mistakes_get_one_line_and_an_exit_code()
    {
        var project = new TrainProject(_folder);
        var steps = TrainProject.Recipe(steps: 0);
        var pivot = TrainProject.Recipe(steps: 2);
        pivot["stages"]![0]!["pivot"] = "smell";
        var diverges = Diverging();
        var model = TrainProject.Recipe(steps: 2);
        model.Remove("model");

        await FailAsync(1, project, [], ["no such recipe file", "demo"], recipe: "nothing.json");
        await FailAsync(1, project, [], ["no data set"], data: _folder["nothing"]);
        await FailAsync(2, project, ["--threads", "0"], ["--threads", "1 or more"]);
        await FailAsync(1, project, ["--device", "abacus"], ["abacus", "'cpu'"]);
        await FailAsync(1, project, ["--init", _folder["nothing"]], ["no such model"]);
        foreach (var (recipe, words) in new (JsonObject, string[])[]
        {
            (steps, ["'meet'", "expected 1 to", "'steps'", "got 0"]),
            (pivot, ["no plugin", "'smell'", "text"]),
            (diverges, ["Training diverged in step", "not finite"]),
            (model, ["--init"]),
        })
        {
            project.Save(recipe);
            await FailAsync(1, project, [], words);
        }
    }

    [Fact]
    public async Task A_run_that_diverges_leaves_the_page_with_its_curves()
    {
        var project = new TrainProject(_folder);
        project.Save(Diverging());
        Assert.Equal(1, (await CommandRun.OfAsync(project.Command("model"))).ExitCode);
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(_folder["model.run"], "01-meet", "report.html")));
    }

    private static JsonObject Diverging()
    {
        var recipe = TrainProject.Recipe(steps: 300);
        recipe["stages"]![0]!["optimiser"] = new JsonObject { ["learning_rate"] = 10, ["weight_decay"] = 1, ["warmup"] = 0, ["clip_norm"] = 0 };
        return recipe;
    }

    private async Task FailAsync(int code, TrainProject project, string[] more, string[] words, string? recipe = null, string? data = null)
    {
        string[] command = ["train", "--recipe", recipe ?? project.RecipeFile, "--data", data ?? project.Data, "--out", _folder[$"out-{Guid.NewGuid():N}"], .. more];
        var run = await CommandRun.OfAsync(command);
        Assert.True(run.ExitCode == code, $"{words[0]}: {run.Error}");
        var line = run.Error.TrimEnd('\n').Split('\n')[^1];
        Assert.All(words, word => Assert.Contains(word, line));
        Assert.DoesNotContain("unexpected", line);
        Assert.DoesNotMatch(@"System\.|Exception|OnePeace\.(Training|Engine|Transformer)", line);
        Assert.StartsWith("onepeace: ", line);
    }
}
