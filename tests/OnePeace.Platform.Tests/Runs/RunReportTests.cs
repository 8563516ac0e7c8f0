using OnePeace.Cli.Outputs;
using OnePeace.Client;

namespace OnePeace.Platform.Tests.Runs;

/// <summary>Runs as people read them.</summary>
public sealed class RunReportTests
{
    private static readonly DateTimeOffset _now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly RunInfo _run = new("run-1", "running", "tiny")
    {
        Created = _now.ToUnixTimeSeconds() - 200,
        Since = _now.ToUnixTimeSeconds() - 185,
        Seed = 7,
        Stages = [new("meets", 1500), new("joins", 40)],
        Progress = new RunProgressInfo("meets", 1200, 1500)
        {
            StageNumber = 1,
            Stages = 2,
            Loss = 0.51234,
            Terms = new Dictionary<string, double> { ["pivot"] = 0.25, ["contrastive"] = 0.7512 },
            Accuracy = 0.254,
            ValidationAccuracy = 0.5,
            LearningRate = 0.00098765,
            PairsPerSecond = 1234.56,
            RemainingSeconds = 7512.25,
            MemoryBytes = 512L << 20,
            BadPairs = 3,
        },
    };

    [Fact]
    public void A_run_is_shown_as_lines_in_words_and_round_numbers() => Assert.Equal(
        [
            "id: run-1", "name: tiny", "state: running, for 3 minutes 5 seconds", $"started: {TimeWords.Date(_now.AddSeconds(-200))}, 3 minutes ago",
            "data: the server's whole folder of training data", "seed: 7", "stage: meets (1 of 2)", "step: 1,200 of 1,500", "loss: 0.512",
            "loss terms: contrastive 0.751, pivot 0.250", "accuracy: 25 % (50 % of the pairs to validate on)", "learning rate: 0.000988",
            "speed: 1,235 pairs a second", "memory: 512 MB of the server's process", "left: 2 hours 5 minutes of this stage", "bad pairs: 3",
        ], Lines(_run));

    [Fact]
    public void A_run_that_has_ended_says_since_when_why_and_where_its_model_is()
    {
        var ended = Lines(_run with { State = "published", Ended = true, Data = "pairs", Package = new RunPackageInfo("imu", "1.0.0", "sha256:0123456789abcdef") });
        Assert.Contains("state: published, 3 minutes ago", ended);
        Assert.Contains("data: pairs", ended);
        Assert.Contains("published: imu 1.0.0, hash 0123456789ab", ended);
        Assert.Contains("model: 'onepeace runs download run-1 --out DIR' fetches it", ended);
        Assert.DoesNotContain(ended, line => line.StartsWith("left:", StringComparison.Ordinal));

        var failed = Lines(_run with { State = "failed", Ended = true, Progress = null, Reason = "The disk is full." });
        Assert.Contains("reason: The disk is full.", failed);
        Assert.Contains("step: 0 of 1,500", failed);
        Assert.DoesNotContain(failed, line => line.StartsWith("model:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_has_what_people_look_for()
    {
        Assert.Equal(["run-1", "tiny", "running", "meets (1 of 2)", "1,200 of 1,500", "3 minutes ago", "2 hours 5 minutes", "0.512", ""], RunReport.Row(_run, _now));
        Assert.Equal(["run-1", "tiny", "submitted", "", "0 of 1,500", "3 minutes ago", "", "", ""], RunReport.Row(_run with { State = "submitted", Progress = null }, _now));
    }

    [Theory]
    [InlineData(0, "just now", "less than a second")]
    [InlineData(1, "1 second ago", "1 second")]
    [InlineData(61, "1 minute ago", "1 minute 1 second")]
    [InlineData(3600, "1 hour ago", "1 hour")]
    [InlineData(86_399, "23 hours ago", "23 hours 59 minutes")]
    public void Times_are_told_in_the_largest_units(int seconds, string ago, string span)
    {
        Assert.Equal(ago, TimeWords.Ago(_now.AddSeconds(-seconds), _now));
        Assert.Equal(span, TimeWords.Span(TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void What_was_a_day_ago_or_longer_has_its_date()
    {
        var then = _now.AddDays(-3);
        Assert.Equal(then.ToLocalTime().ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture), TimeWords.Ago(then, _now));
        Assert.Equal("1 day 1 hour", TimeWords.Span(TimeSpan.FromHours(25.9)));
        Assert.Equal("less than a second", TimeWords.Span(TimeSpan.FromSeconds(-5)));   // another machine's clock
        Assert.Equal("just now", TimeWords.Ago(_now.AddSeconds(5), _now));
    }

    private static List<string> Lines(RunInfo run) => [.. RunReport.Lines(run, _now).Select(line => $"{line.Name}: {line.Value}")];
}
