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
    /// <param name="modality">The plugin.</param>
    /// <param name="options">The model's for it.</param>
    /// <param name="passes">Which the losses want.</param>
    /// <param name="masking">What the recipe says, or null for the plugin's own.</param>
    public static PairSide Of(IModality modality, ModalityOptions options, MaskedPasses passes, Masking? masking = null) =>
        new(modality.Name, modality.CreatePreprocessor(options.With(ModalityOptions.Training, true)), masking ?? modality.Masking, passes);
}
