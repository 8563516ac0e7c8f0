using OnePeace.Benchmarks.Expansion;
using OnePeace.Training.Recipes;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Benchmarks;

/// <summary>A result of the expansion benchmark counts for the recipe that it is of.</summary>
public sealed class ExpansionFolderTests : IDisposable
{
    private static readonly Dictionary<string, double> _figures = new() { ["text->image"] = 0.5 };

    private readonly TestFiles _files = new();
    private readonly StringWriter _told = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_result_of_the_same_recipe_is_taken_as_it_is()
    {
        Folder("a").Write(_figures);
        Assert.Equal(_figures, Folder("a").Read());
        Assert.False(Folder("a").Take(_told));
        Assert.Equal("", _told.ToString());
    }

    [Fact]
    public void One_process_claims_what_is_not_measured_yet()
    {
        Assert.True(Folder("a").Take(_told));
        Assert.False(Folder("a").Take(_told));
        Assert.Contains("claimed by another process", _told.ToString());
    }

    [Theory]
    [InlineData("""{"text->image":0.25,"cpu seconds":60}""", "does not say of which recipe it is")]
    [InlineData("""{"Recipe":"b","Figures":{"text->image":0.25}}""", "is of another recipe")]
    [InlineData("half a fi", "does not say of which recipe it is")]
    public void A_result_of_another_recipe_or_of_none_is_kept_aside_told_in_a_line_and_measured_anew(string old, string why)
    {
        Assert.True(Folder("b").Take(_told));
        File.WriteAllText(At("result.json"), old);
        Directory.CreateDirectory(At("01-audio/model"));
        File.WriteAllText(At("01-audio/model/config.json"), "the old model");

        Assert.Null(Folder("a").Read());
        Assert.True(Folder("a").Take(_told));

        Assert.Equal(old, File.ReadAllText(At("result.old.json")));
        Assert.Equal("the old model", File.ReadAllText(At("run.old/01-audio/model/config.json")));
        Assert.False(Path.Exists(At("result.json")) || Path.Exists(At("01-audio")));
        Assert.Contains(why, Assert.Single(_told.ToString().Trim().Split('\n')));
        Assert.False(Folder("a").Take(_told));   // this process is at it
        Folder("a").Write(_figures);
        Assert.Equal(_figures, Folder("a").Read());
    }

    [Fact]
    public void What_was_kept_aside_is_never_written_over()
    {
        foreach (var recipe in new[] { "a", "b", "c" })
        {
            Assert.True(Folder(recipe).Take(_told));
            Folder(recipe).Write(_figures);
        }
        Assert.Contains("\"a\"", File.ReadAllText(At("result.old.json")));
        Assert.Contains("\"b\"", File.ReadAllText(At("result.old-2.json")));
    }

    [Fact]
    public void The_hash_of_a_variant_follows_its_recipe_its_seed_and_those_it_starts_from()
    {
        var demo = RecipeFile.Read(RepositoryFolder.At("models/training/demo.json"));
        Assert.Equal(Hash(demo, "audio"), Hash(demo, "audio"));
        Assert.NotEqual(Hash(demo, "audio"), Hash(demo, "audio", seed: 2));
        Assert.NotEqual(Hash(demo, "audio"), Hash(demo, "audio-oracle"));
        Assert.NotEqual(Hash(demo, "audio"), Hash(With(1), "audio"));
        Assert.NotEqual(Hash(demo, "imu"), Hash(With(0), "imu"));   // two models before it
        Assert.Equal(Hash(demo, "audio"), Hash(With(2), "audio"));

        TrainingRecipe With(int stage) => demo with { Stages = [.. demo.Stages.Select((s, i) => i == stage ? s with { Steps = s.Steps + 1 } : s)] };

        static string Hash(TrainingRecipe recipe, string name, int seed = 1)
        {
            var variants = ExpansionVariants.Of(recipe);
            return variants.Single(variant => variant.Name == name).Hash(variants, seed);
        }
    }

    private ExpansionFolder Folder(string recipe) => new(At(""), recipe);

    private string At(string name) => Path.Combine(_files.At("audio"), name);
}
