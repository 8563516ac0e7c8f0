using System.Text.Json;
using System.Text.Json.Serialization;
using OnePeace.Training.Runs;

namespace OnePeace.Training.Recipes;

/// <summary>Recipes as JSON: keys in snake_case, unknown and double keys refused.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, AllowDuplicateProperties = false, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true, RespectNullableAnnotations = true, IgnoreReadOnlyProperties = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrainingRecipe))]
[JsonSerializable(typeof(StageIdentity))]
internal sealed partial class RecipeJson : JsonSerializerContext
{
    public static RecipeJson Indented => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = true });
}
