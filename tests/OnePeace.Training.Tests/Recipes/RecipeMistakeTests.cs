using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Training.Recipes;
using OnePeace.Training.Tests.Runs;

namespace OnePeace.Training.Tests.Recipes;

/// <summary>Every mistake in a recipe gets a message that says what was expected and what came.</summary>
public class RecipeMistakeTests
{
    private static readonly string[] _programmersWords = ["System.", "OnePeace.", "Exception", "Parameter", "JsonValue", ".NET", "Nullable", "$."];

    [Theory]
    [InlineData("steps", "0", "stage 'meet': expected 1 to 100000000 as 'steps', but got 0")]
    [InlineData("steps", "\"many\"", "expected a whole number as 'stages[0].steps'")]
    [InlineData("steps", "1.5", "expected a whole number as 'stages[0].steps'")]
    [InlineData("steps", null, "expected 'steps' in stages[0]")]
    [InlineData("stepz", "1", "'stages[0].stepz' is no key", "expected name, pivot, other, data")]
    [InlineData("batch_size", "1", "expected 2 to 1048576 as 'batch_size', but got 1")]
    [InlineData("accumulate", "0", "'accumulate', but got 0")]
    [InlineData("checkpoint_every", "0", "'checkpoint_every', but got 0")]
    [InlineData("drop_path", "1", "expected 0 to 0.99 as 'drop_path', but got 1")]
    [InlineData("precision", "\"float8\"", "expected float32 or bfloat16 as 'precision', but got 'float8'")]
    [InlineData("pivot", "\"imu\"", "expected two different modalities", "'imu'")]
    [InlineData("pivot", "null", "'stages[0].pivot' must not be null")]
    [InlineData("name", "\"a/b\"", "a stage's name of letters, digits, - and _, but got 'a/b'")]
    [InlineData("trains", "{\"other\":[\"head\"]}", "expected adaptor, experts, norm, projection or all", "got 'head'")]
    [InlineData("trains", "{\"other\":\"all\"}", "expected a list as 'stages[0].trains.other'")]
    [InlineData("trains", "{\"other\":[null]}", "expected adaptor, experts, norm, projection or all")]
    [InlineData("trains", "{\"other\":[],\"logit_scale\":false}", "stage 'meet' trains nothing", "'trains'")]
    [InlineData("data", "\"/etc/pairs.jsonl\"", "expected a path inside the data's folder", "'/etc/pairs.jsonl'")]
    [InlineData("data", "\"pairs\\u0000.jsonl\"", "expected a path inside the data's folder", "as 'data'")]
    [InlineData("validation", "\"../pairs.jsonl\"", "without '..', as 'validation'", "'../pairs.jsonl'")]
    [InlineData("first_scale", "0", "expected 0.001 to 1000 as 'first_scale', but got 0")]
    [InlineData("trains", "null", "'stages[0].trains' must not be null")]
    [InlineData("optimiser", "{\"warmup\":1}", "expected 0 to 0.99 as 'warmup', but got 1")]
    [InlineData("optimiser", "{\"learning_rate\":100}", "expected 0 to 10 as 'learning_rate', but got 100")]
    [InlineData("optimiser", "{\"learning_rate\":0.1,\"minimum_rate\":0.2}", "expected 0 to 0.1 as 'minimum_rate', but got 0.2")]
    [InlineData("optimiser", "{\"lr\":1}", "'stages[0].optimiser.lr' is no key", "learning_rate")]
    [InlineData("losses", "{\"contrastive\":0,\"pivot_alone\":0,\"other_alone\":0,\"pivot_joint\":0,\"other_joint\":0}", "expected a weight above 0", "all are 0")]
    [InlineData("losses", "{\"contrastive\":-1}", "expected 0 to 1000 as 'contrastive', but got -1")]
    [InlineData("losses", "{\"teacher_of_other_alone\":\"both\"}", "expected 'alone' or 'joint' as 'stages[0].losses.teacher_of_other_alone'")]
    [InlineData("losses", "{\"label_smoothing\":2}", "'label_smoothing', but got 2")]
    [InlineData("masking", "{\"smell\":{}}", "expected 'text' or 'imu' under 'masking', but got 'smell'")]
    [InlineData("masking", "{\"text\":{\"ratio\":2}}", "between 0 and 1, but is 2")]
    [InlineData("augment", "{\"smell\":{}}", "expected 'text' or 'imu' under 'augment', but got 'smell'")]
    [InlineData("augment", "{\"text\":null}", "expected an object as the augmentation of 'text', but got null")]
    [InlineData("augment", "{\"text\":1}", "expected an object as 'stages[0].augment.text'")]
    [InlineData("patience", "3", "'patience' needs 'validation' and 'validate_every'")]
    public void A_mistake_in_a_stage_is_told(string key, string? value, params string[] words)
    {
        var stage = Recipe()["stages"]![0]!.AsObject();
        if (value is null) stage.Remove(key);
        else stage[key] = JsonNode.Parse(value);
        Refused((JsonObject)stage.Root, words);
    }

    [Theory]
    [InlineData("stages", "[]", "expected 1 to 100 stages, but it has 0")]
    [InlineData("stages", "[null]", "expected an object as every stage")]
    [InlineData("stages", "{}", "expected a list as 'stages'")]
    [InlineData("stages", "null", "'stages' must not be null")]
    [InlineData("model", "{\"core\":{\"width\":30,\"heads\":4,\"layers\":1,\"expert_width\":8},\"modalities\":{}}", "a width that is a multiple of the number of heads, but got 30 and 4")]
    [InlineData("model", "{\"modalities\":{}}", "expected 'core' in model")]
    [InlineData("model", "{\"core\":{\"width\":32,\"heads\":4,\"layers\":1,\"expert_width\":8},\"modalities\":{},\"dtype\":\"int8\"}", "float32, bfloat16, float16 or float64, but got 'int8'")]
    [InlineData("seed", "\"x\"", "expected a whole number as 'seed'")]
    public void A_mistake_outside_the_stages_is_told(string key, string value, params string[] words)
    {
        var recipe = Recipe();
        recipe[key] = JsonNode.Parse(value);
        Refused(recipe, words);
    }

    [Fact]
    public void Decoder_heads_that_do_not_divide_its_width_are_told_where_it_is_needed()
    {
        var recipe = Recipe();
        recipe["stages"]![0]!["decoder"] = JsonNode.Parse("""{"width":10,"heads":4}""");
        Assert.NotNull(RecipeFile.Parse(Encoding.UTF8.GetBytes(recipe.ToJsonString()), "r.json"));   // no denoising loss
        recipe["stages"]![0]!.AsObject().Remove("losses");
        Refused(recipe, ["stage 'meet', its decoder", "multiple of the number of heads, but got 10 and 4"]);
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\",\"stages\":[]}", "name")]
    [InlineData("null", "null")]
    [InlineData("[]", "expected an object")]
    public void What_is_no_json_object_is_told(string json, string word)
    {
        var error = Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(Encoding.UTF8.GetBytes(json), "r.json")).Message;
        Assert.StartsWith("r.json is not a recipe: ", error);
        Assert.Contains(word, error);
        Assert.All(_programmersWords, programmers => Assert.DoesNotContain(programmers, error));
    }

    [Fact]
    public void A_recipe_that_is_written_reads_as_it_was()
    {
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Losses = OnePeace.Training.Tests.Objectives.OfficialStages.LaterLosses });
        var bytes = RecipeFile.Write(recipe);
        Assert.Contains("\"teacher_of_other_alone\": \"joint\"", Encoding.UTF8.GetString(bytes));
        Assert.Equal(bytes, RecipeFile.Write(RecipeFile.Parse(bytes, "r.json")));
    }

    [Theory]
    [InlineData("augment")]
    [InlineData("table_per_layer")]
    public void Keys_that_came_later_are_not_written_where_they_say_nothing_so_that_checkpoints_from_before_are_gone_on_with(string key) =>
        Assert.DoesNotContain(key, Encoding.UTF8.GetString(RecipeFile.Write(TinyWorld.Recipe(TinyWorld.Meet))));

    [Fact]
    public void Tables_for_every_layer_of_a_core_that_is_frozen_are_refused()
    {
        var recipe = Recipe();
        recipe["stages"]![0]!["table_per_layer"] = true;
        Assert.True(RecipeFile.Parse(Encoding.UTF8.GetBytes(recipe.ToJsonString()), "r.json").Stages[0].TablePerLayer);
        recipe["stages"]![0]!["trains"]!["core"] = false;
        Refused(recipe, ["stage 'meet': 'table_per_layer' changes the core", "'core' under 'trains'"]);
    }

    private static JsonObject Recipe() => JsonNode.Parse(RecipeFile.Write(TinyWorld.Recipe(TinyWorld.Meet)))!.AsObject();

    private static void Refused(JsonObject recipe, string[] words)
    {
        var error = Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(Encoding.UTF8.GetBytes(recipe.ToJsonString()), "r.json")).Message;
        Assert.StartsWith("r.json is not a recipe: ", error);
        Assert.All(words, word => Assert.Contains(word, error));
        Assert.All(_programmersWords, word => Assert.DoesNotContain(word, error));
    }
}
