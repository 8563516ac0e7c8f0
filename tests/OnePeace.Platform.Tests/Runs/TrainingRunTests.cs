using System.Text.Json;
using OnePeace.Client;
using OnePeace.Platform.Tests.Modalities;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Runs;

/// <summary>A modality that the model lacks is trained on a server that goes on serving, and serves in the end.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private const string Joining = "imu", Caption = "a large red circle on the left";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_is_watched_to_its_end_and_serves_while_what_served_stays_the_same_to_the_bit()
    {
        await MakeDataAsync();
        Directory.CreateDirectory(_folder["data"]);
        await File.WriteAllTextAsync(_folder["data/allowed-packages.json"], "{}", Cancellation);
        await using var platform = await StartAsync();
        using var http = platform.Client(platform.Key);
        using var client = new OnePeaceClient(http);
        var picture = Sample("image");
        float[] text = await http.EmbedAsync("text", Caption), image = await http.EmbedAsync("image", picture);

        var run = await client.SubmitRunAsync(Order(steps: 40), "once", Cancellation);
        var (steps, state) = (new List<long>(), "");
        await foreach (var happened in client.WatchRunAsync(run.Id, cancellation: Cancellation))
        {
            if (happened.Progress is { } progress) steps.Add(progress.Step);
            if (happened.State is { } reached) state = reached.State;
            Assert.Equal(text, await http.EmbedAsync("text", Caption));
            Assert.Equal(image, await http.EmbedAsync("image", picture));
        }
        Assert.True(state == "published", $"{state}: {(await client.RunAsync(run.Id, Cancellation)).Reason} {platform.Log}");
        Assert.Contains((await client.RunAsync(run.Id, Cancellation)).Package!.Hash, await File.ReadAllTextAsync(_folder["data/allowed-packages.json"], Cancellation));
        Assert.Equal(40, steps[^1]);
        Assert.Equal(steps.Order(), steps);
        Assert.Equal(text.Length, (await http.EmbedAsync(Joining, Sample(Joining))).Length);
        Assert.Equal(text, await http.EmbedAsync("text", Caption));
        Assert.Equal(image, await http.EmbedAsync("image", picture));

        var again = await client.SubmitRunAsync(Order(steps: 10), "twice", Cancellation);
        await foreach (var _ in client.WatchRunAsync(again.Id, cancellation: Cancellation)) { }
        again = await client.RunAsync(again.Id, Cancellation);
        Assert.Equal("finished", again.State);
        Assert.Contains($"a modality '{Joining}' already", again.Reason);
    }

    [Fact]
    public async Task A_run_that_was_paused_and_whose_process_was_killed_ends_with_the_same_weights()
    {
        const int Steps = 200;
        await MakeDataAsync();
        string whole, broken, key;
        await using (var platform = await StartAsync())
        {
            key = platform.Key;
            using var client = new OnePeaceClient(platform.Url, key);
            whole = (await client.SubmitRunAsync(Order(Steps) with { Publish = false }, "whole", Cancellation)).Id;
            await UntilAsync(client, whole, r => r.State == "finished");

            broken = (await client.SubmitRunAsync(Order(Steps), "broken", Cancellation)).Id;
            await UntilAsync(client, broken, r => r.Progress?.Step >= 15);
            Assert.Equal("paused", (await client.PauseRunAsync(broken, Cancellation)).State);
            var paused = (await client.RunAsync(broken, Cancellation)).Progress!.Step;
            await UntilStillAsync(broken);
            Assert.False(Directory.Exists(_folder[$"data/runs/{broken}/01-joins/model"]), "The run that was paused was trained to its end.");
            await client.ResumeRunAsync(broken, Cancellation);
            await UntilAsync(client, broken, r => r.Progress?.Step >= paused + 30);
            Assert.Equal("running", (await client.RunAsync(broken, Cancellation)).State);
            await platform.KillAsync();
        }
        await using (var platform = await StartAsync())
        {
            using var client = new OnePeaceClient(platform.Url, key);
            await UntilAsync(client, broken, r => r.State == "published");
            using var http = platform.Client(key);
            Assert.NotEmpty(await http.EmbedAsync(Joining, Sample(Joining)));
        }
        Assert.Equal(Weights(whole), Weights(broken));
    }

    [Fact]
    public async Task The_command_line_begins_watches_lists_and_deletes_runs()
    {
        await MakeDataAsync();
        await using var platform = await StartAsync();
        string[] server = ["--server", platform.Url.ToString(), "--key", platform.Key];
        var recipe = _folder.Write("recipe.json", System.Text.Encoding.UTF8.GetBytes(Order(steps: 10).Recipe.GetRawText()));
        var trained = (await CommandRun.OfAsync(["train", "--recipe", recipe, "--data", "", "--no-publish", "--json", .. server])).ShouldSucceed();
        var run = JsonDocument.Parse(trained.Output).RootElement;
        Assert.Equal(("finished", 10), (run.GetProperty("state").GetString(), run.GetProperty("progress").GetProperty("step").GetInt32()));
        Assert.Contains("step 10/10", trained.Error);

        var id = run.GetProperty("id").GetString()!;
        Assert.Matches($@"{id} +tiny +finished +10 of 10 +\d+ (second|minute)s? ago", (await CommandRun.OfAsync(["runs", "list", .. server])).ShouldSucceed().Output);
        Assert.Contains("\nstep: 10 of 10\n", (await CommandRun.OfAsync(["runs", "show", id, .. server])).ShouldSucceed().Output);
        Assert.Contains("state: finished", (await CommandRun.OfAsync(["runs", "watch", id, .. server])).ShouldSucceed().Output);
        (await CommandRun.OfAsync(["runs", "pause", id, .. server])).ShouldFail(1, "finished", "conflict");
        (await CommandRun.OfAsync(["runs", "download", id, "--out", _folder["fetched"], .. server])).ShouldSucceed();
        Assert.Equal(Weights(id), await File.ReadAllBytesAsync(_folder[$"fetched/modalities/{Joining}/weights.safetensors"], Cancellation));
        (await CommandRun.OfAsync("inspect", _folder["fetched"])).ShouldSucceed();
        (await CommandRun.OfAsync(["runs", "download", id, "--out", _folder["fetched"], .. server])).ShouldFail(1, "fetched", "something already");
        Assert.Equal($"{id} (tiny) is deleted, with its files\n", (await CommandRun.OfAsync(["runs", "delete", id, .. server])).ShouldSucceed().Output);
        Assert.Equal("no training runs", (await CommandRun.OfAsync(["runs", "list", .. server])).ShouldSucceed().Output.Trim());
        (await CommandRun.OfAsync(["train", "--recipe", recipe, "--data", "", "--out", _folder["other"], .. server])).ShouldFail(2, "--out", "--server");
        (await CommandRun.OfAsync("train", "--recipe", recipe, "--data", "")).ShouldFail(2, "--out", "--server");
        (await CommandRun.OfAsync(["runs", "download", id, "--out", _folder["gone"], .. server])).ShouldFail(1, "no such training run");
    }

    [Fact]
    public async Task A_run_that_costs_more_than_the_operator_allows_is_refused_at_once_or_where_the_core_is_known()
    {
        await MakeDataAsync();
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--training-steps", "many")).ShouldFail(2, "--training-steps", "many");
        await using var platform = await StartAsync("--training-steps", "20", "--training-parameters", "1000");
        using var client = new OnePeaceClient(platform.Url, platform.Key);
        var refused = await Assert.ThrowsAsync<OnePeaceApiException>(() => client.SubmitRunAsync(Order(steps: 21), "long", Cancellation));
        Assert.Contains("--training-steps", refused.Message);
        var run = await client.SubmitRunAsync(Order(steps: 20), "wide", Cancellation);
        await foreach (var _ in client.WatchRunAsync(run.Id, cancellation: Cancellation)) { }
        run = await client.RunAsync(run.Id, Cancellation);
        Assert.Equal(("failed", null), (run.State, run.Progress));
        Assert.Contains("new weights, but this server takes at most 1,000", run.Reason);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Pairs, and the model that ships without the modality that is to join.</summary>
    private async Task MakeDataAsync()
    {
        (await CommandRun.OfAsync("dataset", "make", "--seed", "1", "--size", "200", "--out", _folder["pairs"])).ShouldSucceed();
        (await CommandRun.OfAsync("convert", TestData.DemoModel, _folder["model"], "--modalities", "text,image,audio")).ShouldSucceed();
    }

    private Task<RunningPlatform> StartAsync(params string[] more) => RunningPlatform.StartAsync(_folder["data"], null, ["--model", _folder["model"], "--training-data", _folder["pairs"], .. more]);

    private static RunOrder Order(int steps)
    {
        using var recipe = JsonDocument.Parse($$"""
            {
              "name": "tiny",
              "stages": [{
                "name": "joins", "pivot": "text", "other": "{{Joining}}", "data": "train-text-imu.jsonl", "options": { "use_attn_bias": true },
                "losses": { "pivot_alone": 0, "other_alone": 0, "pivot_joint": 0, "other_joint": 0, "detach_candidates": false },
                "optimiser": { "learning_rate": 1e-3 }, "steps": {{steps}}, "batch_size": 16, "drop_path": 0, "checkpoint_every": 10
              }]
            }
            """);
        return new RunOrder(recipe.RootElement.Clone());
    }

    private string Sample(string modality) => Convert.ToBase64String(File.ReadAllBytes(Directory.EnumerateFiles(_folder[$"pairs/train/{modality}"]).Order().First()));

    private byte[] Weights(string run) => File.ReadAllBytes(_folder[$"data/runs/{run}/01-joins/model/modalities/{Joining}/weights.safetensors"]);

    /// <summary>Waits until nothing of a run's files changes any more.</summary>
    private async Task UntilStillAsync(string run)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        end.CancelAfter(TimeSpan.FromMinutes(1));
        var before = "";
        for (var now = Files(); now != before; now = Files())
        {
            before = now;
            await Task.Delay(1500, end.Token);
        }

        string Files() => string.Join('\n', new DirectoryInfo(_folder[$"data/runs/{run}"]).EnumerateFiles("*", SearchOption.AllDirectories).Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc:O}").Order());
    }

    private static async Task UntilAsync(OnePeaceClient client, string id, Func<RunInfo, bool> holds)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        end.CancelAfter(TimeSpan.FromMinutes(2));
        for (var run = await client.RunAsync(id, end.Token); !holds(run); run = await client.RunAsync(id, end.Token))
        {
            Assert.False(run.Ended, $"{run.State}: {run.Reason}");
            await Task.Delay(50, end.Token);
        }
    }
}
