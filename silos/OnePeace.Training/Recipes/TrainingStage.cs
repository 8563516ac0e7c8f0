using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OnePeace.Modalities;
using OnePeace.Training.Objectives;
using OnePeace.Training.Parameters;

namespace OnePeace.Training.Recipes;

/// <summary>Some steps of training on pairs of two modalities. Defaults are the official stage 2's.</summary>
public sealed record TrainingStage
{
    public required string Name { get; init; }

    /// <summary>What the other modality is aligned to.</summary>
    public required string Pivot { get; init; }

    /// <summary>The modality that joins, or is trained along.</summary>
    public required string Other { get; init; }

    /// <summary>The pairs: a file or folder, relative to the data that is given to the run; null for the data itself.</summary>
    public string? Data { get; set; }

    /// <summary>Pairs to validate on, like <see cref="Data"/>; null for none.</summary>
    public string? Validation { get; set; }

    /// <summary>Which column, key or file ending of the data holds which modality; null where they are named after it.</summary>
    public IReadOnlyDictionary<string, string>? Columns { get; set; }

    /// <summary>Options of the other modality where it joins in this stage; over those of <see cref="NewModel.Modalities"/>.</summary>
    public JsonObject? Options { get; set; }

    /// <summary>A modality whose experts the joining one's start from; null for random ones.</summary>
    public string? ExpertsFrom { get; set; }

    /// <summary>As <see cref="NewModel.FirstScale"/>, for what starts from nothing in this stage; null for the model's, or 1.</summary>
    public double? FirstScale { get; set; }

    public TrainedParts Trains { get; set; } = new();

    public PairLossOptions Losses { get; set; } = new();

    /// <summary>The decoder of the denoising losses; not built where none of them has a weight.</summary>
    public DecoderOptions Decoder { get; set; } = new();

    /// <summary>What is hidden, where it differs from what the modality itself says.</summary>
    public IReadOnlyDictionary<string, Masking>? Masking { get; set; }

    /// <summary>By modality, how inputs are changed at random while they are trained on, in the words of its plugin; null for not at all.</summary>
    public IReadOnlyDictionary<string, JsonObject>? Augment { get; set; }

    public OptimiserOptions Optimiser { get; set; } = new();

    /// <summary>Optimiser steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Pairs in a batch, which are each other's wrong answers.</summary>
    public int BatchSize { get; set; } = 64;

    /// <summary>Batches whose gradients make one step.</summary>
    public int Accumulate { get; set; } = 1;

    /// <summary><c>float32</c>, or <c>bfloat16</c> with float32 master weights.</summary>
    public string Precision { get; set; } = "float32";

    /// <summary>Stochastic depth of the last layer.</summary>
    public double DropPath { get; set; } = 0.4;

    /// <summary>Whether layers are computed again on the way back, which saves memory for time.</summary>
    public bool ActivationCheckpointing { get; set; }

    /// <summary>Whether a frozen pivot's vectors are computed once, without stochastic depth, and kept.</summary>
    public bool CachePivot { get; set; } = true;

    /// <summary><see cref="CachePivot"/>, unless its inputs are others every time.</summary>
    internal bool KeepsPivot => CachePivot && Augment?.ContainsKey(Pivot) != true;

    /// <summary>Whether every layer gets a table of relative positions of its own, which starts as a copy of the shared one. That changes the core's shape, so the core has to train.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]   // so that checkpoints from before are gone on with
    public bool TablePerLayer { get; set; }

    /// <summary>Whether the temperature starts anew.</summary>
    public bool ResetLogitScale { get; set; } = true;

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointEvery { get; set; } = 200;

    /// <summary>Steps between two validations; 0 for none.</summary>
    public int ValidateEvery { get; set; }

    /// <summary>Validations without a better loss after which the stage ends, with the best weights; 0 goes on.</summary>
    public int Patience { get; set; }

    /// <summary>The core's shape after the stage.</summary>
    internal CoreShape ShapeAfter(CoreShape before) => TablePerLayer ? before with { TablePerLayer = true } : before;
}

/// <summary>What a stage changes; everything else is frozen. Parts of a modality: <c>adaptor</c>, <c>experts</c>, <c>norm</c>, <c>projection</c>, or <c>all</c>.</summary>
public sealed record TrainedParts
{
    public bool Core { get; set; }

    public IReadOnlyList<string> Pivot { get; set; } = [];

    public IReadOnlyList<string> Other { get; set; } = ["all"];

    public bool LogitScale { get; set; } = true;

    /// <summary>The weights of a stage that train; a decoder always does.</summary>
    /// <exception cref="InvalidDataException">A part's name is unknown.</exception>
    internal TrainableParts For(TrainingStage stage) => new()
    {
        Core = Core,
        Decoder = true,
        LogitScale = LogitScale,
        Modalities = new Dictionary<string, ModalityParts> { [stage.Pivot] = Parse(stage, Pivot), [stage.Other] = Parse(stage, Other) },
    };

    private static ModalityParts Parse(TrainingStage stage, IReadOnlyList<string> names) => names.Aggregate(ModalityParts.None, (parts, name) =>
        Enum.TryParse<ModalityParts>(name, ignoreCase: true, out var part) && !int.TryParse(name, out _)
            ? parts | part
            : throw new InvalidDataException($"stage '{stage.Name}': expected adaptor, experts, norm, projection or all as parts under 'trains', but got '{name}'."));
}

/// <summary>The denoising decoder's shape; officially width 768, 12 heads, 2 layers, experts of 2,048.</summary>
public sealed record DecoderOptions
{
    public int Width { get; set; } = 768;

    public int Heads { get; set; } = 12;

    public int Layers { get; set; } = 2;

    public int ExpertWidth { get; set; } = 2048;
}

/// <summary>The optimiser and its schedule. Defaults are the official stage 2's.</summary>
public sealed record OptimiserOptions
{
    public double LearningRate { get; set; } = 2e-4;

    /// <summary>How the rate falls after the warm-up: <c>cosine</c>, or <c>polynomial</c>, which is a straight line.</summary>
    public string Schedule { get; set; } = "cosine";

    public double Beta1 { get; set; } = 0.9;

    public double Beta2 { get; set; } = 0.98;

    public double Epsilon { get; set; } = 1e-8;

    public double WeightDecay { get; set; } = 0.05;

    /// <summary>The largest norm of all gradients together; 0 for no bound.</summary>
    public double ClipNorm { get; set; } = 3;

    /// <summary>The factor of the learning rate from one layer to the one below; 1 for one rate everywhere.</summary>
    public double LayerDecay { get; set; } = 1;

    /// <summary>Steps until the full rate, as a share of all.</summary>
    public double Warmup { get; set; } = 0.1;

    public double MinimumRate { get; set; } = 1e-6;

    /// <summary>Decay of the weights' moving average, which then is what is published; 0 for none.</summary>
    public double AverageDecay { get; set; }
}
