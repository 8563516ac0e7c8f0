using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Training.Masks;

namespace OnePeace.Training.Data;

/// <summary>How one side of every pair is prepared and masked.</summary>
/// <param name="Modality">Its name.</param>
/// <param name="Preprocessor">Made from options in which <see cref="ModalityOptions.Training"/> is true.</param>
/// <param name="Masking">What masked passes hide.</param>
/// <param name="Passes">Which the losses want.</param>
public sealed record PairSide(string Modality, IPreprocessor Preprocessor, Masking Masking, MaskedPasses Passes)
{
    /// <summary>Prepares the inputs that are trained on in place of <see cref="Preprocessor"/>; null where nothing is random about them.</summary>
    public IAugmentingPreprocessor? Augmenting { get; init; }

    /// <param name="modality">The plugin.</param>
    /// <param name="options">The model's for it.</param>
    /// <param name="passes">Which the losses want.</param>
    /// <param name="masking">What the recipe says, or null for the plugin's own.</param>
    /// <param name="augment">What the recipe says of changing inputs at random, or null.</param>
    /// <exception cref="InvalidDataException">The plugin cannot change inputs so.</exception>
    public static PairSide Of(IModality modality, ModalityOptions options, MaskedPasses passes, Masking? masking = null, JsonObject? augment = null)
    {
        var training = options.With(ModalityOptions.Training, true);
        return new(modality.Name, modality.CreatePreprocessor(training), masking ?? modality.Masking, passes) { Augmenting = Augmentation.Create(modality, training, augment) };
    }

    /// <summary>The same side without anything random: for pairs that are validated on.</summary>
    public PairSide Still() => this with { Passes = MaskedPasses.None, Augmenting = null };

    /// <summary>Prepares one input.</summary>
    /// <param name="draw">Starts the numbers that it is changed by.</param>
    internal ValueTask<PreparedInput> PrepareAsync(RawInput raw, Func<Func<double>> draw, CancellationToken cancellation) =>
        Augmenting is { } augmenting ? augmenting.PrepareAsync(raw, draw(), cancellation) : Preprocessor.PrepareAsync(raw, cancellation);
}
