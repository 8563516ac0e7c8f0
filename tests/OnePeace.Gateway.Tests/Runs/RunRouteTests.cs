using System.Net;
using System.Text.Json.Nodes;
using OnePeace.Client;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Runs;

/// <summary>Training runs over real HTTP; runs of one platform wait for each other, so every test ends its own.</summary>
public sealed class RunRouteTests(TrainingPlatform platform) : IClassFixture<TrainingPlatform>
{
    private const string Nobody = "run-0123456789abcdef0123";

    [Fact]
    public async Task A_run_is_begun_once_told_by_events_and_deleted()
    {
        using var first = await platform.SubmitAsync($$"""{ "recipe": {{TrainingPlatform.Recipe}}, "data": "pairs", "seed": 5, "name": "mine" }""", "key");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var run = await first.JsonAsync();
        var id = (string)run["id"]!;
        Assert.Equal($"/v1/runs/{id}", first.Headers.Location!.ToString());
        Assert.Equal(("mine", 5, "pairs", true), ((string)run["name"]!, (int)run["seed"]!, (string)run["data"]!, (bool)run["publish"]!));
        using (var again = await platform.SubmitAsync($$"""{ "recipe": {{TrainingPlatform.Recipe}}, "data": "pairs", "seed": 5, "name": "mine" }""", "key"))
            Assert.Equal(id, (string)(await again.OkAsync())["id"]!);
        await (await platform.SubmitAsync($$"""{ "recipe": {{TrainingPlatform.Recipe}}, "data": "pairs", "seed": 6 }""", "key")).ErrorAsync(409);
        await (await platform.Client.DeleteAsync($"/v1/runs/{id}")).ErrorAsync(409);

        using var client = new OnePeaceClient(platform.Client);
        while ((await client.RunAsync(id, TestContext.Current.CancellationToken)).State != "running") await Task.Delay(50, TestContext.Current.CancellationToken);   // a run that another test cancelled may still hold the worker, and would take the steps
        platform.Trainer.Allowed.Release(10);
        var events = new List<RunEventInfo>();
        await foreach (var happened in client.WatchRunAsync(id, cancellation: TestContext.Current.CancellationToken)) events.Add(happened);
        Assert.Equal("published", events[^1].State!.State);
        var last = events.Last(e => e.Progress is not null).Progress!;
        Assert.Equal(("smell", 10L, 10L, 0.5, 0.25, 8.0, 3.0, 2L, 0.5), (last.Stage, last.Step, last.Steps, last.Loss, last.Accuracy, last.PairsPerSecond, last.RemainingSeconds, last.BadPairs, last.Terms["contrastive"]));
        await foreach (var late in client.WatchRunAsync(id, events[^2].Id, TestContext.Current.CancellationToken)) Assert.Equal(events[^1], late);

        var whole = await client.RunAsync(id, TestContext.Current.CancellationToken);
        Assert.Equal(("published", "smell", true), (whole.State, whole.Package!.Modality, whole.Ended));
        Assert.Equal(10, (await (await platform.Client.GetAsync($"/v1/runs/{id}")).OkAsync())["curve"]!.AsArray().Count);
        Assert.Contains(await client.RunsAsync(TestContext.Current.CancellationToken), r => r.Id == id);
        await client.DeleteRunAsync(id, TestContext.Current.CancellationToken);
        await (await platform.Client.GetAsync($"/v1/runs/{id}")).ErrorAsync(404);
    }

    [Fact]
    public async Task Events_have_names_and_ids_and_end_after_the_last()
    {
        using var submitted = await platform.SubmitAsync("""{ "recipe": "shipped" }""");
        var id = (string)(await submitted.JsonAsync())["id"]!;
        await (await platform.CommandAsync(id, "pause")).OkAsync();
        await (await platform.CommandAsync(id, "cancel")).OkAsync();
        using var response = await platform.Client.GetAsync($"/v1/runs/{id}/events");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var blocks = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith(":", blocks[0]);
        var final = blocks[^1].Split('\n');
        Assert.Matches(@"^id: \d+$", final[0]);
        Assert.Equal("event: state", final[1]);
        Assert.Equal("cancelled", (string)JsonNode.Parse(final[2]["data: ".Length..])!["state"]!);
    }

    [Fact]
    public async Task Commands_that_do_not_fit_are_conflicts()
    {
        using var submitted = await platform.SubmitAsync("""{ "recipe": "shipped", "data": "pairs" }""");
        var id = (string)(await submitted.JsonAsync())["id"]!;
        Assert.Equal("paused", (string)(await (await platform.CommandAsync(id, "pause")).OkAsync())["state"]!);
        Assert.Equal("submitted", (string)(await (await platform.CommandAsync(id, "resume")).OkAsync())["state"]!);
        Assert.Equal("cancelled", (string)(await (await platform.CommandAsync(id, "cancel")).OkAsync())["state"]!);
        foreach (var verb in new[] { "pause", "resume" }) Assert.Equal("conflict", (string)(await (await platform.CommandAsync(id, verb)).ErrorAsync(409))["code"]!);
    }

    [Theory]
    [InlineData("""{ }""", 400, "invalid_request")]
    [InlineData("""{ "recipe": 3 }""", 400, "invalid_request")]
    [InlineData("""{ "recipe": "shipped", "datum": "pairs" }""", 400, "invalid_request")]
    [InlineData("""nonsense""", 400, "invalid_request")]
    [InlineData("""{ "recipe": "../shipped" }""", 404, "recipe_not_found")]
    [InlineData("""{ "recipe": {} }""", 422, "run_refused")]
    [InlineData("""{ "recipe": "shipped", "data": "../pairs" }""", 422, "run_refused")]
    [InlineData("""{ "recipe": "shipped", "data": "/etc" }""", 422, "run_refused")]
    [InlineData("""{ "recipe": "shipped", "version": "one" }""", 422, "run_refused")]
    [InlineData("""{ "recipe": "shipped", "version": "6.6.6", "publish": true }""", 422, "run_refused")]
    [InlineData("""{ "recipe": { "name": "r", "stages": [{ "name": "long", "pivot": "text", "other": "smell", "steps": 100000000 }] } }""", 422, "run_refused")]
    public async Task Bad_orders_are_refused_and_leave_nothing(string body, int status, string code)
    {
        var key = Guid.NewGuid().ToString();
        using var response = await platform.SubmitAsync(body, key);
        Assert.Equal(code, (string)(await response.ErrorAsync(status))["code"]!);
        using var sound = await platform.SubmitAsync("""{ "recipe": "shipped" }""", key);
        Assert.Equal(HttpStatusCode.Created, sound.StatusCode);
        await platform.CommandAsync((string)(await sound.JsonAsync())["id"]!, "cancel");
    }

    [Fact]
    public async Task An_order_that_costs_too_much_is_told_what_it_asked_for_what_may_be_and_who_may_raise_it()
    {
        const string Wide = """{ "width": 65536, "heads": 4, "layers": 1000, "expert_width": 1000000 }""";
        using var response = await platform.SubmitAsync($$"""{ "recipe": { "name": "r", "model": { "core": {{Wide}}, "modalities": {} }, "stages": [{ "name": "wide", "pivot": "text", "other": "smell", "steps": 1 }] } }""");
        var error = await response.ErrorAsync(422);
        Assert.Equal(("run_refused", "recipe", "invalid_request_error"), ((string)error["code"]!, (string)error["param"]!, (string)error["type"]!));
        Assert.All(["new weights", "at most 2,000,000,000", "--training-parameters"], words => Assert.Contains(words, (string)error["message"]!));
    }

    [Theory]
    [InlineData(""" "other": "touch" """, "recipe.stages[1].other", "Stage 'later': this server has no plugin for the modality 'touch'; it has those for smell, text.")]
    [InlineData(""" "pivot": "sight", "other": "smell" """, "recipe.stages[1].pivot", "the modality 'sight'")]
    [InlineData(""" "other": "smell", "data": "nothing.jsonl" """, "recipe.stages[1].data", "Stage 'later': There is no data set at 'pairs/nothing.jsonl'")]
    [InlineData(""" "other": "smell", "data": "../manifest.jsonl" """, "recipe", "without '..'")]
    [InlineData(""" "other": "smell", "validation": "nothing.jsonl", "validate_every": 5 """, "recipe.stages[1].validation", "'pairs/nothing.jsonl'")]
    public async Task A_stage_whose_data_or_plugins_are_missing_is_refused_at_once_and_named(string stage, string param, string words)
    {
        var pivot = stage.Contains("pivot") ? "" : "\"pivot\": \"text\", ";
        using var response = await platform.SubmitAsync($$"""
            { "data": "pairs", "recipe": { "name": "r", "stages": [
              { "name": "first", "pivot": "text", "other": "smell", "steps": 1 },
              { "name": "later", {{pivot}}{{stage}}, "steps": 1 }] } }
            """);
        var error = await response.ErrorAsync(422);
        Assert.Equal(("run_refused", param, "invalid_request_error"), ((string)error["code"]!, (string)error["param"]!, (string)error["type"]!));
        Assert.Contains(words, (string)error["message"]!);
        Assert.DoesNotContain(Path.GetTempPath(), (string)error["message"]!);
    }

    [Fact]
    public async Task A_run_that_would_publish_only_by_default_is_taken_and_says_why_it_will_not()
    {
        using var submitted = await platform.SubmitAsync("""{ "recipe": "shipped", "version": "6.6.6" }""");
        Assert.Equal(HttpStatusCode.Created, submitted.StatusCode);
        var run = await submitted.JsonAsync();
        Assert.Equal("Nothing is published: the name is taken.", (string)run["note"]!);
        Assert.Null((await (await platform.CommandAsync((string)run["id"]!, "cancel")).OkAsync())["note"]);
    }

    [Fact]
    public async Task Runs_that_are_not_there_are_404s()
    {
        foreach (var id in new[] { Nobody, "x", "..%2f..", "run-XYZ" })
        {
            await (await platform.Client.GetAsync($"/v1/runs/{id}")).ErrorAsync(404);
            await (await platform.Client.GetAsync($"/v1/runs/{id}/events")).ErrorAsync(404);
            await (await platform.Client.DeleteAsync($"/v1/runs/{id}")).ErrorAsync(404);
            await (await platform.CommandAsync(id, "cancel")).ErrorAsync(404);
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/runs/{Nobody}/events");
        request.Headers.Add("Last-Event-ID", "soon");
        await (await platform.Client.SendAsync(request)).ErrorAsync(400);
    }
}
