using System.Text.Json.Nodes;
using OnePeace.Training.Optimisation;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Optimisation;

public class ScheduleTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_official_schedule_is_repeated()
    {
        var file = JsonNode.Parse(File.ReadAllText(TestFiles.Reference("pretrain/optim_schedules.json")))!;
        var groups = JsonNode.Parse(File.ReadAllText(TestFiles.Reference("pretrain/optim_groups.json")))!;
        var cases = file["cases"]!.AsArray().Select(c => c!.AsObject()).ToArray();
        Assert.Equal(30, cases.Length);
        var greatest = cases.Max(c => Compare(c, Scales(groups, c)));
        output.WriteLine($"30 schedules within {greatest:e1}");
        Assert.True(greatest <= 1e-12, $"{greatest:e2}");
    }

    [Fact]
    public void A_warm_up_climbs_from_the_minimum_and_the_last_update_comes_close_to_it()
    {
        var schedule = CosineSchedule.OverWithWarmupShare(100, 2e-4, 1e-6, 0.1);
        Assert.Equal(CosineSchedule.Over(100, 2e-4, 1e-6, 10), schedule);
        Assert.Equal(1e-6, schedule.Rate(0));
        Assert.Equal(2e-4, schedule.Rate(10), 1e-12);
        Assert.InRange(schedule.Rate(99), 1e-6, 1.1e-6);
        Assert.Throws<ArgumentException>(() => CosineSchedule.Over(10, 1, 0, 10));
    }

    private static double[] Scales(JsonNode groups, JsonObject schedule)
    {
        var decay = (double)schedule["layer_decay"]! == 1 ? "1" : schedule["layer_decay"]!.ToString();
        return [.. groups[$"groups.{schedule["model"]}.layer_decay_{decay}"]!.AsArray().Select(g => (double)g!["lr_scale"]!)];
    }

    private static double Compare(JsonObject official, double[] scales)
    {
        var schedule = Schedule((string)official["schedule"]!, official["cfg"]!, (long?)official["reinit_total"]);
        return official["lr_used_at_step"]!.AsArray().Select((rates, step) =>
        {
            Assert.Equal(scales.Length, rates!.AsArray().Count);
            return scales.Zip(rates.AsArray(), (scale, rate) => Error(schedule.Rate(step) * scale, (double)rate!)).Max();
        }).Max();
    }

    private static ILearningRateSchedule Schedule(string name, JsonNode config, long? total)
    {
        var warmup = total is null ? (long)config["warmup_updates"]! : (long)(total.Value * (double)config["warmup_ratio"]!);
        var peak = (double)config["lr"]![0]!;
        if (name.StartsWith("poly", StringComparison.Ordinal))
            return new PolynomialSchedule
            {
                Peak = peak,
                End = (double)config["end_learning_rate"]!,
                Power = (double)config["power"]!,
                WarmupUpdates = warmup,
                Updates = total ?? (double)config["total_num_update"]!,
            };
        var period = (double)config["lr_period_updates"]!;
        return new CosineSchedule
        {
            Peak = peak,
            Minimum = (double)config["min_lr"]!,
            Initial = (double)config["warmup_init_lr"]!,
            WarmupUpdates = warmup,
            PeriodUpdates = period > 0 ? period : (total ?? (double)config["max_update"]!) - warmup,
            PeriodGrowth = (double)config["t_mult"]!,
            PeriodShrink = (double)config["lr_shrink"]!,
        };
    }

    private static double Error(double actual, double expected) => expected == 0 ? Math.Abs(actual) : Math.Abs(actual - expected) / expected;
}
