using OnePeace.Contracts.Runs;
using OnePeace.Grains.Tests.Modalities;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>Never two workers at one run: what a stale one tells is refused, whatever became of it.</summary>
public sealed class RunFencingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-runs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_has_one_worker_until_that_is_not_heard_of_and_then_its_reports_are_refused()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, trainer: null);
        await silo.SubmitAsync("a");
        var run = silo.Run("a");
        var first = await run.TakeAsync("one");
        Assert.Null(await run.TakeAsync("two"));
        silo.Clock.Forward(RunLimits.Lease / 2);
        Assert.True(await run.ReportAsync(Report(first!, step: 1)));
        silo.Clock.Forward(RunLimits.Lease / 2);
        Assert.Null(await run.TakeAsync("two"));

        RunLease? second = null;   // the first one hangs, and the other asks and asks
        for (var asked = 0; asked < 8 && second is null; asked++)
        {
            silo.Clock.Forward(RunLimits.Lease / 7);
            second = await run.TakeAsync("two");
        }
        Assert.True(second!.Fence > first!.Fence);
        for (var again = 0; again < 100; again++)
        {
            Assert.False(await run.ReportAsync(Report(first, step: 9)));
            Assert.False(await run.ReportAsync(Report(first, step: 9) with { Outcome = new RunOutcome(RunState.Failed) }));
        }
        Assert.True(await run.ReportAsync(Report(second, step: 2)));
        var record = (await run.DescribeAsync()).Run!;
        Assert.Equal((RunState.Running, 2L), (record.State, record.Progress!.Step));
        Assert.Equal([1L, 2L], record.Curve.Select(p => p.Step));
    }

    [Fact]
    public async Task A_worker_that_comes_back_under_its_name_after_a_crash_gets_the_run_at_once()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, trainer: null);
        await silo.SubmitAsync("a");
        var before = await silo.Run("a").TakeAsync("one");
        var after = await silo.Run("a").TakeAsync("one");
        Assert.NotNull(after);
        Assert.False(await silo.Run("a").ReportAsync(Report(before!, step: 1)));
    }

    [Fact]
    public async Task What_is_told_again_is_one_event()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, trainer: null);
        await silo.SubmitAsync("a");
        var lease = await silo.Run("a").TakeAsync("one");
        for (var again = 0; again < 3; again++) Assert.True(await silo.Run("a").ReportAsync(WithTerms(step: 1)));
        Assert.True(await silo.Run("a").ReportAsync(WithTerms(step: 2)));
        Assert.Equal([1L, 2L], (await silo.Run("a").EventsAsync(0)).Events.Where(e => e.Progress is not null).Select(e => e.Progress!.Step));

        // Over a network, a dictionary comes as another object each time.
        RunReport WithTerms(long step) => new(lease!.Fence) { Progress = new RunProgress { Stage = "smell", Step = step, Terms = new Dictionary<string, double> { ["contrastive"] = 1 } } };
    }

    [Fact]
    public async Task An_id_that_never_became_a_run_is_dropped_and_can_become_one_later()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, trainer: null);
        Assert.True(await silo.Catalogue.EnterAsync("a", isOpen: true));   // the process died before the run was written
        Assert.Null(await silo.Run("a").TakeAsync("one"));
        Assert.Empty(await silo.Catalogue.IdsAsync());
        Assert.Empty(await silo.Catalogue.OpenAsync());
        Assert.Null((await silo.SubmitAsync("a")).Fault);
        Assert.NotNull(await silo.Run("a").TakeAsync("one"));
        Assert.Equal(["a"], await silo.Catalogue.OpenAsync());
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("cancel")]
    [InlineData("pause and resume")]
    public async Task A_command_takes_the_run_from_its_worker(string command)
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, trainer: null);
        await silo.SubmitAsync("a");
        var run = silo.Run("a");
        var lease = await run.TakeAsync("one");
        if (command == "cancel") await run.CancelAsync();
        else await run.PauseAsync();
        if (command == "pause and resume") await run.ResumeAsync();
        Assert.False(await run.ReportAsync(Report(lease!, step: 1) with { Outcome = new RunOutcome(RunState.Finished) }));
        Assert.Equal(command == "pause and resume", await run.TakeAsync("two") is not null);
    }

    [Fact]
    public async Task What_a_run_was_outlives_the_process_and_a_run_that_was_cut_off_goes_on()
    {
        var first = new ScriptedTrainer { Before = step => step == 6 ? Task.Delay(Timeout.Infinite) : Task.CompletedTask };
        long number;
        await using (var silo = await TrainingSilo.StartAsync(_folder, first))
        {
            await silo.SubmitAsync("a");
            await RunningSilo.Eventually(async () => (await silo.Run("a").DescribeAsync()).Run!.Progress?.Step == 5);
            number = (await silo.Run("a").EventsAsync(0)).Events[^1].Number;
        }
        var second = new ScriptedTrainer();
        await using var next = await TrainingSilo.StartAsync(_folder, second);
        await next.UntilAsync("a", RunState.Published);
        Assert.Equal([("a", 6)], second.Begun);
        var after = (await next.Run("a").EventsAsync(number)).Events;
        Assert.Equal(RunState.Published, after[^1].State);
    }

    private static RunReport Report(RunLease lease, long step) => new(lease.Fence)
    {
        Progress = new RunProgress { Stage = "smell", Step = step },
        Points = [new RunPoint(0, step, 1, 0)],
    };
}
