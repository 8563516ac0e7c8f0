using OnePeace.Contracts.Runs;
using OnePeace.Grains.Runs;
using OnePeace.Grains.Tests.Modalities;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>A run's life with a worker: every command fits the state or is refused, and can be sent twice.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-runs-").FullName;
    private readonly ScriptedTrainer _trainer = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_is_trained_published_and_told_step_by_step()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        var submitted = (await silo.SubmitAsync("a")).Run!;
        Assert.Equal(("r", 7, "inside", false), (submitted.Name, submitted.Seed, submitted.Data, submitted.HasEnded));
        await silo.UntilAsync("a", RunState.Published);

        var run = (await silo.Run("a").DescribeAsync()).Run!;
        Assert.Equal(("smell", 10L, 0.1), (run.Progress!.Stage, run.Progress.Step, run.Progress.Loss));
        Assert.Equal(Enumerable.Range(1, 10).Select(step => (long)step), run.Curve.Select(p => p.Step));
        Assert.Empty((await silo.Run("a").SummariseAsync()).Run!.Curve);
        Assert.Equal("smell", run.Package!.Modality);
        Assert.True(run.HasEnded);
        var events = await silo.Run("a").EventsAsync(0);
        Assert.True(events.IsLast);
        Assert.Equal([RunState.Submitted, RunState.Running, RunState.Finished, RunState.Published], events.Events.Where(e => e.Progress is null).Select(e => e.State));
        Assert.Equal(events.Events.Select(e => e.Number).Order().Distinct(), events.Events.Select(e => e.Number));
        Assert.Empty((await silo.Run("a").EventsAsync(events.Events[^1].Number)).Events);
        Assert.Empty(await silo.Catalogue.OpenAsync());
    }

    [Fact]
    public async Task A_run_that_is_paused_stops_and_goes_on_at_its_checkpoint()
    {
        var held = new TaskCompletionSource();
        _trainer.Before = step => step == 5 ? held.Task : Task.CompletedTask;
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        await silo.SubmitAsync("a");
        await RunningSilo.Eventually(async () => (await silo.Run("a").DescribeAsync()).Run!.Progress?.Step == 4);
        for (var again = 0; again < 2; again++) Assert.Equal(RunState.Paused, (await silo.Run("a").PauseAsync()).Run!.State);
        await RunningSilo.Eventually(() => Task.FromResult(_trainer.Inside == 0));

        held.SetResult();
        for (var again = 0; again < 2; again++) Assert.Null((await silo.Run("a").ResumeAsync()).Fault);
        await silo.UntilAsync("a", RunState.Published);
        Assert.Equal([("a", 1), ("a", 5)], _trainer.Begun);
    }

    [Fact]
    public async Task A_cancelled_run_stops_for_good_and_is_deleted_with_its_files()
    {
        _trainer.Before = step => step == 3 ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        await silo.SubmitAsync("a");
        await silo.UntilAsync("a", RunState.Running);
        Assert.Equal(RunFaultKind.Conflict, (await silo.Run("a").DeleteAsync()).Fault!.Kind);
        for (var again = 0; again < 2; again++) Assert.Equal(RunState.Cancelled, (await silo.Run("a").CancelAsync()).Run!.State);
        Assert.Equal(RunFaultKind.Conflict, (await silo.Run("a").ResumeAsync()).Fault!.Kind);
        Assert.Equal(RunFaultKind.Conflict, (await silo.Run("a").PauseAsync()).Fault!.Kind);

        Assert.Null((await silo.Run("a").DeleteAsync()).Fault);
        Assert.Equal(RunFaultKind.NotFound, (await silo.Run("a").DeleteAsync()).Fault!.Kind);
        Assert.Equal(RunFaultKind.NotFound, (await silo.Run("a").DescribeAsync()).Fault!.Kind);
        Assert.Equal(RunFaultKind.Conflict, (await silo.SubmitAsync("a")).Fault!.Kind);
        Assert.Empty(await silo.Catalogue.IdsAsync());
        await RunningSilo.Eventually(() => Task.FromResult(!Directory.Exists(Path.Combine(_folder, "runs", "a"))));
    }

    [Theory]
    [InlineData(RunState.Cancelled)]
    [InlineData(RunState.Paused)]
    public async Task A_command_that_comes_as_training_ends_keeps_the_run_from_being_published(RunState state)
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        _trainer.Ending = () => state == RunState.Paused ? silo.Run("a").PauseAsync() : silo.Run("a").CancelAsync();
        await silo.SubmitAsync("a");
        await silo.UntilAsync("a", state);
        _trainer.Ending = () => Task.CompletedTask;
        await silo.SubmitAsync("b");
        await silo.UntilAsync("b", RunState.Published);   // the worker is done with the first
        Assert.Equal(["b"], _trainer.Published);
        Assert.Equal(state, await silo.StateAsync("a"));
    }

    [Fact]
    public async Task A_run_that_fails_says_why_without_paths_and_can_be_resumed()
    {
        _trainer.Before = _ => throw new InvalidDataException($"'{Path.Combine(_folder, "pairs", "inside")}' is empty.");
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        await silo.SubmitAsync("a");
        await silo.UntilAsync("a", RunState.Failed);
        Assert.Equal("'inside' is empty.", (await silo.Run("a").DescribeAsync()).Run!.Reason);
        _trainer.Before = _ => Task.CompletedTask;
        Assert.Null((await silo.Run("a").ResumeAsync()).Run!.Reason);
        await silo.UntilAsync("a", RunState.Published);
    }

    [Fact]
    public async Task What_cannot_be_published_stays_finished_and_is_published_later()
    {
        _trainer.Publishing = () => throw new RunUnpublishedException("The name is taken.");
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        await silo.SubmitAsync("a");
        await RunningSilo.Eventually(async () => (await silo.Run("a").DescribeAsync()).Run is { State: RunState.Finished, HasEnded: true, Reason: "The name is taken." });
        _trainer.Publishing = () => { };
        await silo.Run("a").ResumeAsync();
        await silo.UntilAsync("a", RunState.Published);
    }

    [Fact]
    public async Task An_order_that_must_be_published_and_cannot_be_is_refused_before_it_is_trained()
    {
        _trainer.Objection = "The name is taken.";
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        var order = new RunOrder(TrainingSilo.Recipe, "inside");
        var fault = (await silo.Run("a").SubmitAsync(order with { MustPublish = true })).Fault!;
        Assert.Equal((RunFaultKind.Refused, "publish"), (fault.Kind, fault.Part));
        Assert.StartsWith("The name is taken.", fault.Message);
        Assert.Empty(await silo.Catalogue.IdsAsync());

        Assert.Equal("The name is taken.", (await silo.Run("b").SubmitAsync(order)).Run!.Note);
        Assert.Null((await silo.Run("c").SubmitAsync(order with { Publish = false })).Run!.Note);
        await silo.UntilAsync("b", RunState.Finished);
        var run = (await silo.Run("b").DescribeAsync()).Run!;
        Assert.Equal(("The name is taken.", null), (run.Reason, run.Note));
        Assert.Empty(_trainer.Published);
    }

    [Fact]
    public async Task The_same_order_again_is_the_same_run_and_another_order_is_a_conflict()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => silo.SubmitAsync("a")));
        Assert.All(replies, reply => Assert.Null(reply.Fault));
        Assert.Equal(RunFaultKind.Conflict, (await silo.SubmitAsync("a", data: "")).Fault!.Kind);
        await silo.UntilAsync("a", RunState.Published);
        Assert.Null((await silo.SubmitAsync("a")).Fault);
        Assert.Single(_trainer.Begun);
    }

    [Fact]
    public async Task Runs_are_trained_one_after_the_other()
    {
        _trainer.Before = _ => Task.Delay(5);
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        foreach (var id in new[] { "a", "b", "c" }) await silo.SubmitAsync(id);
        foreach (var id in new[] { "a", "b", "c" }) await silo.UntilAsync(id, RunState.Published);
        Assert.Equal(1, _trainer.MostInside);
        Assert.Equal(["a", "b", "c"], _trainer.Begun.Select(b => b.Run));
    }

    [Fact]
    public async Task A_silo_without_training_data_takes_orders_for_those_that_have_some_and_no_run()
    {
        await using (var silo = await TrainingSilo.StartAsync(_folder, _trainer, hasData: false))
        {
            Assert.Equal(RunFaultKind.Unavailable, (await silo.SubmitAsync("a")).Fault!.Kind);
            await silo.Catalogue.AttendAsync();   // another silo's worker
            Assert.Null((await silo.SubmitAsync("a")).Fault);
            Assert.Null((await silo.SubmitAsync("b", "nothing")).Fault);
            Assert.Equal(RunFaultKind.Refused, (await silo.SubmitAsync("c", "../pairs")).Fault!.Kind);
            await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);   // two passes and more
            Assert.Equal(RunState.Submitted, await silo.StateAsync("a"));
        }
        Assert.Empty(_trainer.Begun);
        await using var other = await TrainingSilo.StartAsync(_folder, _trainer);
        await other.UntilAsync("a", RunState.Published);
        await other.UntilAsync("b", RunState.Failed);
        Assert.Contains("no such data", (await other.Run("b").DescribeAsync()).Run!.Reason);
    }

    [Fact]
    public async Task An_order_that_costs_more_than_the_operator_allows_is_refused_before_it_is_listed()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        var fault = (await silo.Run("a").SubmitAsync(new RunOrder(TrainingSilo.Recipe.Replace("10", "100000000"), "inside"))).Fault!;
        Assert.Equal((RunFaultKind.Refused, "recipe"), (fault.Kind, fault.Part));
        Assert.Contains("at most 1,000,000", fault.Message);
        Assert.Empty(await silo.Catalogue.IdsAsync());
        Assert.Empty(_trainer.Begun);
    }

    [Fact]
    public async Task What_a_run_needs_is_looked_for_before_it_is_listed_as_far_as_it_is_known()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        Directory.CreateDirectory(Path.Combine(_folder, "pairs", "empty"));
        var empty = (await silo.SubmitAsync("a", "empty")).Fault!;
        Assert.Equal((RunFaultKind.Refused, "data"), (empty.Kind, empty.Part));
        Assert.Contains("but 'empty' is none of them", empty.Message);
        _trainer.Modalities = ["text"];
        Assert.Equal("recipe.stages[0].other", (await silo.SubmitAsync("a")).Fault!.Part);
        Assert.Empty(await silo.Catalogue.IdsAsync());
        _trainer.Modalities = null;   // as while the engine loads
        Assert.Null((await silo.SubmitAsync("a")).Fault);
    }

    [Fact]
    public async Task Inputs_to_be_changed_at_random_by_a_plugin_that_cannot_are_refused_with_the_key()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        _trainer.Modalities = ["smell", "text"];
        var recipe = TrainingSilo.Recipe.Replace("\"steps\": 10", "\"steps\": 10, \"augment\": { \"smell\": {} }");
        var fault = (await silo.Run("a").SubmitAsync(new RunOrder(recipe, "inside"))).Fault!;
        Assert.Equal((RunFaultKind.Refused, "recipe.stages[0].augment"), (fault.Kind, fault.Part));
        Assert.Contains("Stage 'smell', its 'augment' of 'smell': expected a modality whose plugin can change its inputs at random", fault.Message);
        Assert.Empty(await silo.Catalogue.IdsAsync());
    }

    [Theory]
    [InlineData("smell", "recipe.stages[0].other")]
    [InlineData("text", "recipe.stages[0].pivot")]
    [InlineData("augment", "recipe.stages[0].augment")]
    public async Task Whatever_a_plugin_throws_refuses_the_order_with_the_key_and_names_the_plugin(string failing, string part)
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        _trainer.Modalities = ["smell", "text"];
        var recipe = TrainingSilo.Recipe.Replace("\"steps\": 10", "\"steps\": 10, \"augment\": { \"smell\": {} }");
        foreach (var thrown in new Exception[] { new NotImplementedException("not yet"), new IOException("not yet"), new InvalidDataException("not yet") })
        {
            _trainer.Plugins = name => new FailingModality(name, name == failing ? thrown : null, failing == "augment" ? thrown : null);
            var fault = (await silo.Run("a").SubmitAsync(new RunOrder(recipe, "inside"))).Fault!;
            Assert.Equal((RunFaultKind.Refused, part), (fault.Kind, fault.Part));
            Assert.Contains("not yet", fault.Message);
            Assert.StartsWith("Stage 'smell'", fault.Message);
            Assert.Contains(failing == "augment" ? "'augment' of 'smell'" : $"the modality '{failing}'", fault.Message);
        }
        Assert.Empty(await silo.Catalogue.IdsAsync());
    }

    [Theory]
    [InlineData("""{"text":"a","smell":"a.x"}""", "", null)]
    [InlineData("""{"text":"a","smel":"a.x"}""", "", "data", "'inside/manifest.jsonl' must have a column 'smell' for the modality 'smell', but has text, smel")]
    [InlineData("text,smel\na,a.x\n", "pairs.csv", "recipe.stages[0].data", "'inside/pairs.csv' must have a column 'smell'", "but has text, smel")]
    [InlineData("text,smel\na,a.x\n", "validation: pairs.csv", "recipe.stages[0].validation", "'inside/pairs.csv' must have a column 'smell'")]
    [InlineData("caption,nose\na,a.x\n", "pairs.csv, smell in nose", null)]
    [InlineData("text,smell\na,a.x\n", "pairs.csv, sound in wav", "recipe.stages[0].columns", "'sound': 'wav'", "'text' or 'smell'")]
    public async Task Data_without_a_column_of_a_modality_are_refused_with_the_key_before_the_run_is_listed(string content, string named, string? part, params string[] words)
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        _trainer.Modalities = ["smell", "text"];
        await File.WriteAllTextAsync(Path.Combine(_folder, "pairs/inside", named.Length > 0 ? "pairs.csv" : "manifest.jsonl"), content);
        var keys = named.Length == 0 ? "" : $", \"{(named.StartsWith("validation") ? "validation" : "data")}\": \"pairs.csv\"";
        if (named.Split(", ") is [_, var column] && column.Split(" in ") is [var modality, var header]) keys += $", \"columns\": {{ \"{modality}\": \"{header}\" }}";

        var reply = await silo.Run("a").SubmitAsync(new RunOrder(TrainingSilo.Recipe.Replace("\"steps\": 10", "\"steps\": 10" + keys), "inside"));

        Assert.Equal(part, reply.Fault?.Part);
        if (part is null) return;
        Assert.All(words, word => Assert.Contains(word, reply.Fault!.Message));
        Assert.DoesNotContain(_folder, reply.Fault!.Message);
        Assert.Empty(await silo.Catalogue.IdsAsync());
    }

    [Theory]
    [InlineData("..", "data")]
    [InlineData("inside/../../grains.db", "data")]
    [InlineData("/etc", "data")]
    [InlineData("nothing", "data")]
    public async Task Data_outside_of_the_folder_or_that_are_not_there_are_refused(string data, string part)
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, trainer: null);
        var fault = (await silo.SubmitAsync("a", data)).Fault!;
        Assert.Equal((RunFaultKind.Refused, part), (fault.Kind, fault.Part));
        Assert.DoesNotContain(_folder, fault.Message);
        Assert.Equal(RunFaultKind.Refused, (await silo.Run("b").SubmitAsync(new RunOrder("{}", "inside"))).Fault!.Kind);
        Assert.Empty(await silo.Catalogue.IdsAsync());
    }
}
