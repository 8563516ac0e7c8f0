using System.Xml.Linq;
using OnePeace.Training.Reports;
using OnePeace.Training.Runs;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Reports;

public sealed class TrainingReportTests : IDisposable
{
    private const string Step = """{"kind": "step", "step": 2, "loss": 2.5, "accuracy": 0.5, "learning_rate": 0.0001, "gradient_norm": 1.5, "logit_scale": 2.6, "terms": {"itc": 2, "dcl": 0.5}}""";

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_history_has_steps_and_validations_and_the_later_line_of_a_step_counts()
    {
        var history = Read(Step.Replace("2.5", "9"), "", """{"kind": "step", "step": 1, "loss": 4, "accuracy": 0.25}""", """{"kind": "validation", "step": 2, "loss": 3, "accuracy": 0.5}""", Step);
        Assert.Equal([1L, 2], history.Steps.Select(line => line.Step));
        var line = history.Steps[1];
        Assert.Equal((2.5, 0.5, 0.0001, 1.5, 2.6), (line.Loss, line.Accuracy, line.LearningRate, line.GradientNorm, line.LogitScale));
        Assert.Equal(2, line.Terms!["itc"]);
        Assert.Null(history.Steps[0].LearningRate);
        Assert.Equal(3, Assert.Single(history.Validations).Loss);
    }

    [Fact]
    public void A_last_line_that_was_cut_off_is_passed_over_and_any_other_is_named()
    {
        Assert.Single(Read(Step, Step[..20]).Steps);
        Assert.Contains("line 1", Assert.Throws<InvalidDataException>(() => Read(Step[..20], Step)).Message);
    }

    [Fact]
    public void A_page_has_a_curve_for_each_number_with_a_point_for_each_step()
    {
        string[] lines = [.. Enumerable.Range(1, 30).Select(i => Step.Replace("\"step\": 2", $"\"step\": {i}").Replace("1.5", $"{i}")), .. Enumerable.Range(1, 3).Select(i => $$"""{"kind": "validation", "step": {{i * 10}}, "loss": {{i}}, "accuracy": 0.1}""")];
        var page = XDocument.Parse(TrainingReport.Draw("A run", Read(lines))["<!doctype html>\n".Length..]).Root!;
        var charts = page.Descendants().Where(element => element.Name.LocalName == "svg").ToList();
        Assert.Equal(6, charts.Count);
        int[][] points = [.. charts.Select(chart => chart.Descendants().Where(e => e.Name.LocalName == "polyline").Select(line => ((string)line.Attribute("points")!).Split(' ').Length).ToArray())];
        Assert.Equal([[30, 3], [30, 30], [30, 3], [30], [30], [30]], points);
        Assert.Equal(["validation of least loss", "10", "1.0000", "10.0 %"], page.Descendants("tr").Last().Elements().Select(cell => cell.Value));
    }

    [Fact]
    public void A_run_without_a_step_has_a_page_too()
    {
        var page = TrainingReport.Draw("A run", new TrainingHistory([], []));
        Assert.Contains("There is no step yet.", page);
    }

    [Fact]
    public void A_page_names_the_list_of_bad_pairs_where_there_is_one()
    {
        Assert.Contains("bad-pairs.jsonl", TrainingReport.Draw("A run", Read(Step), "bad-pairs.jsonl"));
        Assert.DoesNotContain("could not be used", TrainingReport.Draw("A run", Read(Step)));
    }

    private TrainingHistory Read(params string[] lines)
    {
        File.WriteAllLines(_files.At("history.jsonl"), lines);
        return TrainingHistory.Read(_files.At("history.jsonl"));
    }
}
