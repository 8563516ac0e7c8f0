using System.Text;
using OnePeace.Modalities;
using OnePeace.Tests;
using OnePeace.Training.Budgets;
using OnePeace.Training.Recipes;

namespace OnePeace.Training.Tests.Budgets;

/// <summary>What an order from outside may cost is known before anything is built.</summary>
public sealed class BudgetCheckTests
{
    private const string Core = """{ "width": 64, "heads": 4, "layers": 4, "expert_width": 192 }""", Options = """{ "vocabulary": 1000 }""";
    private const string NoDenoising = """{ "pivot_alone": 0, "other_alone": 0, "pivot_joint": 0, "other_joint": 0 }""";

    private static readonly CoreShape Published = new() { Width = 1536, Heads = 24, Layers = 40, ExpertWidth = 6144 };

    [Theory]
    [InlineData("demo")]
    [InlineData("expand")]
    [InlineData("retrieval")]
    public void Recipes_that_ship_are_within_the_default_budget_around_the_published_core_too(string name) =>
        Assert.Null(new BudgetCheck(new TrainingBudget()).Objection(Shipped(name), Published));

    [Fact]
    public void The_published_model_is_made_anew_only_where_the_operator_allows_it()
    {
        Assert.Contains("--training-parameters", new BudgetCheck(new TrainingBudget()).Objection(Shipped("pretrain")));
        Assert.Null(new BudgetCheck(new TrainingBudget { Parameters = 0 }).Objection(Shipped("pretrain")));
    }

    [Theory]
    [InlineData(Core, Options, """ "steps": 100000000 """, "100,000,000 steps", "at most 1,000,000", "--training-steps")]
    [InlineData(Core, Options, """ "steps": 1, "batch_size": 1048576 """, "'one'", "1,048,576 pairs a step", "--training-batch")]
    [InlineData(Core, Options, """ "steps": 1, "batch_size": 64, "accumulate": 1000000 """, "64,000,000 pairs a step", "at most 16,384", "--training-batch")]
    [InlineData("""{ "width": 65536, "heads": 4, "layers": 1024, "expert_width": 1048576 }""", Options, """ "steps": 1 """, "new weights", "at most 2,000,000,000", "--training-parameters")]
    [InlineData(Core, """{ "vocabulary": 1e12 }""", """ "steps": 1 """, "new weights", "modalities' options", "--training-parameters")]
    [InlineData(Core, """{ "tables": [{ "rows": 9000000000 }] }""", """ "steps": 1 """, "new weights", "modalities' options", "--training-parameters")]
    [InlineData(Core, Options, """ "steps": 1, "options": { "rows": 100000000 } """, "new weights", "at most 2,000,000,000", "--training-parameters")]
    [InlineData(Core, Options, """ "steps": 1, "losses": {}, "decoder": { "width": 65536, "heads": 4 } """, "new weights", "the decoder", "--training-parameters")]
    public void What_a_recipe_asks_for_too_much_of_is_refused_with_what_may_be_and_who_may_raise_it(string core, string options, string stage, params string[] words)
    {
        var objection = new BudgetCheck(new TrainingBudget()).Objection(Parse(core, options, Stage("one", stage)));
        Assert.All(words, word => Assert.Contains(word, objection));
        Assert.Null(new BudgetCheck(new TrainingBudget { Steps = 0, EffectiveBatch = 0, Parameters = 0 }).Objection(Parse(core, options, Stage("one", stage))));
    }

    [Fact]
    public void Steps_of_all_stages_and_the_stages_themselves_are_counted()
    {
        var many = Parse(Core, Options, [.. Enumerable.Range(0, 17).Select(number => Stage($"s{number}", """ "steps": 100 """))]);
        Assert.Contains("17 stages", new BudgetCheck(new TrainingBudget()).Objection(many));
        Assert.Contains("1,700 steps", new BudgetCheck(new TrainingBudget { Stages = 17, Steps = 1699 }).Objection(many));
        Assert.Null(new BudgetCheck(new TrainingBudget { Stages = 17, Steps = 1700 }).Objection(many));
    }

    [Fact]
    public void What_joins_a_core_that_serves_is_counted_once_that_core_is_known()
    {
        var joins = Parse(null, Options, Stage("one", """ "steps": 1, "options": { "rows": 10000000 } """));
        var check = new BudgetCheck(new TrainingBudget());
        Assert.Null(check.Objection(joins));
        Assert.Contains("new weights", check.Objection(joins, Published));
    }

    [Fact]
    public void Bounds_are_read_from_what_an_operator_writes()
    {
        Assert.Equal(new TrainingBudget { Steps = 5, Parameters = 0 }, TrainingBudget.Parse("5", null, "0"));
        Assert.Equal(new TrainingBudget(), TrainingBudget.Parse(null, null, null));
        foreach (var text in new[] { "many", "-1", "1.5", "" })
            Assert.Contains("--training-batch", Assert.Throws<FormatException>(() => TrainingBudget.Parse(null, text, null)).Message);
    }

    private static TrainingRecipe Shipped(string name) => RecipeFile.Read(RepositoryFolder.At($"models/training/{name}.json"));

    private static string Stage(string name, string rest) =>
        $$"""{ "name": "{{name}}", "pivot": "text", "other": "imu", {{rest}} {{(rest.Contains("losses") ? "" : $", \"losses\": {NoDenoising}")}} }""";

    private static TrainingRecipe Parse(string? core, string options, params string[] stages)
    {
        var model = core is null ? "" : $$""" "model": { "core": {{core}}, "modalities": { "text": {{options}}, "imu": {} } }, """;
        return RecipeFile.Parse(Encoding.UTF8.GetBytes($$"""{ "name": "r", {{model}} "stages": [{{string.Join(", ", stages)}}] }"""), "the recipe");
    }
}
