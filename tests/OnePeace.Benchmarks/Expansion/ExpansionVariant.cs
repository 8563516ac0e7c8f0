using OnePeace.Training.Objectives;
using OnePeace.Training.Recipes;

namespace OnePeace.Benchmarks.Expansion;

/// <summary>One way of training, to be compared with others of the same budget.</summary>
/// <param name="Name">Of its folder and its row.</param>
/// <param name="From">The variant whose model it starts from, or null for nothing.</param>
/// <param name="Recipe">Its stages.</param>
/// <param name="Joins">The modality that it adds or changes, which decides what is evaluated.</param>
internal sealed record ExpansionVariant(string Name, string? From, TrainingRecipe Recipe, string Joins)
{
    /// <summary>Whether it is run for every seed, or for the first only.</summary>
    public bool IsForEverySeed { get; init; }

    /// <summary>What a result of this variant follows from, but for the data: its recipe, and those of the variants that its model comes from.</summary>
    public string Hash(IReadOnlyList<ExpansionVariant> variants, int seed) =>
        ExpansionFolder.Hash(Recipe with { Seed = seed }, From is null ? null : variants.Single(variant => variant.Name == From).Hash(variants, seed));
}

/// <summary>The variants: the recipe of the model that ships, its controls, and its ablations.</summary>
internal static class ExpansionVariants
{
    public const string First = "text-image", Sound = "audio", Motion = "imu";

    /// <param name="demo">The recipe of the model that ships: three stages.</param>
    public static IReadOnlyList<ExpansionVariant> Of(TrainingRecipe demo)
    {
        var (first, sound, motion) = (demo.Stages[0], demo.Stages[1], demo.Stages[2]);
        var alone = new TrainedParts { Other = [] };
        var everything = new TrainedParts { Core = true, Pivot = ["all"], Other = ["all"] };
        var decoder = new DecoderOptions { Width = 64, Heads = 4, Layers = 2, ExpertWidth = 192 };   // as wide as the model
        return
        [
            Every(First, null, first),
            Every(Sound, First, sound),
            Every(Motion, Sound, motion),
            Every("audio-shuffled", First, sound with { Data = "shuffled-text-audio.jsonl" }),
            Every("audio-oracle", First, sound with { Pivot = "image", Data = "train-image-audio.jsonl", Validation = null, ValidateEvery = 0 }),
            Every("audio-untrained", First, Untrained(sound)),
            Every("imu-oracle", Sound, motion with { Pivot = "image", Data = "train-image-imu.jsonl", Validation = null, ValidateEvery = 0 }),
            Every("imu-untrained", Sound, Untrained(motion)),
            Every("imu-shuffled", Sound, motion with { Data = "shuffled-text-imu.jsonl" }),
            .. Ablations(Motion, Sound, motion).Select(variant => variant with { IsForEverySeed = true }),
            .. Ablations(Sound, First, sound),
        ];

        IEnumerable<ExpansionVariant> Ablations(string name, string from, TrainingStage stage) =>
        [
            Once($"{name}-denoising", from, stage with { Decoder = decoder, Losses = stage.Losses with { OtherAlone = 1, PivotJoint = 0.5, OtherJoint = 0.5, TeacherOfOtherAlone = Teacher.Joint } }),
            Once($"{name}-experts-only", from, stage with { Trains = alone with { Other = ["experts", "norm", "projection"] } }),
            Once($"{name}-adaptor-only", from, stage with { ExpertsFrom = "text", Trains = alone with { Other = ["adaptor", "norm", "projection"] } }),
            Once($"{name}-linear-probe", from, stage with { ExpertsFrom = "text", Trains = alone with { Other = ["projection"] } }),
            Once($"{name}-full-fine-tuning", from, stage with { Trains = everything }),
            Once($"{name}-from-scratch", null, stage with { Trains = everything }),
        ];

        static TrainingStage Untrained(TrainingStage stage) =>
            stage with { Steps = 2, ValidateEvery = 0, Optimiser = stage.Optimiser with { LearningRate = 0, MinimumRate = 0, Warmup = 0, WeightDecay = 0 } };

        ExpansionVariant Every(string name, string? from, TrainingStage stage) => Once(name, from, stage) with { IsForEverySeed = true };

        ExpansionVariant Once(string name, string? from, TrainingStage stage) => new(name, from, demo with { Name = $"demo-{name}", Stages = [stage] }, stage.Other);
    }
}
