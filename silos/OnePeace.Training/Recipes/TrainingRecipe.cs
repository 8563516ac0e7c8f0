using System.Text.Json.Nodes;

namespace OnePeace.Training.Recipes;

/// <summary>A training run as a JSON file: what it starts from and its stages, one after the other. A new way of training is a file, no code.</summary>
public sealed record TrainingRecipe
{
    public required string Name { get; init; }

    public string? Description { get; set; }

    /// <summary>What users of the trained model are told of it.</summary>
    public string? Notice { get; set; }

    /// <summary>Every random draw of the run comes from this.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>The model to start from when none is given; null where one must be given.</summary>
    public NewModel? Model { get; set; }

    public required IReadOnlyList<TrainingStage> Stages { get; init; }
}

/// <summary>A model that does not exist yet.</summary>
public sealed record NewModel
{
    /// <summary>Its core's shape, as a model directory's <c>config.json</c> has it.</summary>
    public required JsonObject Core { get; init; }

    /// <summary>What its weights are stored in.</summary>
    public string Dtype { get; set; } = "float32";

    /// <summary>What the official first weights of matrices and embeddings are multiplied by, of everything that starts from nothing. They fit a width of 1,536; a narrow model wants larger ones.</summary>
    public double FirstScale { get; set; } = 1;

    /// <summary>Options of every modality that a stage may need, by name; a modality joins the model in the stage that trains it.</summary>
    public required IReadOnlyDictionary<string, JsonObject> Modalities { get; init; }
}
