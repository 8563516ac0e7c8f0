using Microsoft.Extensions.Configuration;
using OnePeace.Engine.Batching;
using OnePeace.Silo;
using OnePeace.Training.Budgets;

namespace OnePeace.Gateway.Tests.Silos;

public sealed class SiloSettingsTests
{
    [Fact]
    public void The_memory_of_modalities_is_set_on_the_command_line()
    {
        var settings = Read(["--modality-memory", "2GiB", "--pin", "text,image", "--parallel-loads", "4"]);
        Assert.Equal((2L << 30, 4), (settings.Engine.Residency.BudgetBytes, settings.Engine.Residency.ParallelLoads));
        Assert.Equal(["text", "image"], settings.Engine.Residency.Pinned);
    }

    [Fact]
    public void The_environment_sets_it_too_and_the_command_line_comes_first()
    {
        (string, string?)[] environment = [("MODALITY_MEMORY", "500MB"), ("PIN", "audio"), ("PARALLEL_LOADS", "1"), ("SILO_PORT", "7")];
        var settings = Read(["--parallel-loads", "3"], environment);
        Assert.Equal((500_000_000, 3, 7), (settings.Engine.Residency.BudgetBytes, settings.Engine.Residency.ParallelLoads, settings.SiloPort));
        Assert.Equal(["audio"], settings.Engine.Residency.Pinned);
    }

    [Fact]
    public void What_a_training_run_may_cost_is_set_the_same_way()
    {
        var settings = Read(["--training-steps", "500"], ("TRAINING_STEPS", "7"), ("TRAINING_BATCH", "0"), ("TRAINING_PARAMETERS", "4000000000"));
        Assert.Equal(new TrainingBudget { Steps = 500, EffectiveBatch = 0, Parameters = 4_000_000_000 }, settings.Budget);
        Assert.Equal(new TrainingBudget(), Read([]).Budget);
        Assert.Contains("--training-steps", Assert.Throws<FormatException>(() => Read(["--training-steps", "many"])).Message);
    }

    [Fact]
    public void Results_are_kept_and_vectors_are_exact_where_it_is_said()
    {
        var engine = Read(["--result-cache", "256MB", "--deterministic", "true"]).Engine;
        Assert.Equal((256_000_000, true), (engine.ResultCacheBytes, engine.Deterministic));
        Assert.Equal((0, false), (Read([]).Engine.ResultCacheBytes, Read([]).Engine.Deterministic));
        Assert.Contains("--result-cache", Assert.Throws<FormatException>(() => Read(["--result-cache", "much"])).Message);
        Assert.Contains("--deterministic", Assert.Throws<ArgumentException>(() => Read(["--deterministic", "perhaps"])).Message);
    }

    [Fact]
    public void How_long_work_may_wait_is_set_in_seconds()
    {
        Assert.Equal(TimeSpan.FromSeconds(0.5), Read(["--longest-wait", "0.5"]).Engine.Batches.LongestWait);
        Assert.Equal(new BatchLimits().LongestWait, Read([]).Engine.Batches.LongestWait);
        Assert.Contains("--longest-wait", Assert.Throws<FormatException>(() => Read(["--longest-wait", "-1"])).Message);
    }

    [Fact]
    public void Nothing_said_limits_nothing()
    {
        var settings = Read([]);
        Assert.Equal((0, 0), (settings.Engine.Residency.BudgetBytes, settings.Engine.Residency.Pinned.Count));
    }

    [Fact]
    public void What_cannot_be_read_is_refused_with_its_option() =>
        Assert.Contains("--modality-memory", Assert.Throws<FormatException>(() => Read(["--modality-memory", "much"])).Message);

    private static SiloSettings Read(string[] arguments, params (string Name, string? Value)[] environment) => SiloSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(environment.Select(e => KeyValuePair.Create(e.Name, e.Value)))
        .AddCommandLine(["--model", "m", .. arguments]).Build());
}
