using System.Text;
using OnePeace.Contracts.Runs;
using OnePeace.Grains.Runs;
using OnePeace.Grains.Transformers;
using OnePeace.Training.Recipes;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>Recipes of which nothing can serve are known before they are trained.</summary>
public sealed class UnpublishableTests
{
    [Theory]
    [InlineData("""{ "name": "r", "stages": [{ "name": "one", "pivot": "text", "other": "smell", "steps": 1 }, { "name": "two", "pivot": "text", "other": "touch", "steps": 1 }] }""", "'smell', 'touch'")]
    [InlineData("""{ "name": "r", "stages": [{ "name": "one", "pivot": "text", "other": "smell", "steps": 1, "trains": { "core": true } }] }""", "'one' changes more")]
    [InlineData("""{ "name": "r", "model": { "core": {"width": 64, "heads": 4, "layers": 4, "expert_width": 192, "layer_scale_init": 0.5}, "modalities": { "text": {}, "smell": {} } }, "stages": [{ "name": "one", "pivot": "text", "other": "smell", "steps": 1 }] }""", "a model of its own")]
    public async Task A_recipe_of_which_nothing_can_serve_says_why(string recipe, string why)
    {
        var trainer = new EngineTrainer(new EngineSeat(TimeProvider.System), new RunSite("runs", null), null!);   // the recipe alone tells: nobody is asked
        Assert.Contains(why, await trainer.UnpublishableAsync("a", new RunOrder(recipe, ""), RecipeFile.Parse(Encoding.UTF8.GetBytes(recipe), "the recipe")));
    }
}
