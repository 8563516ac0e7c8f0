namespace OnePeace.Modalities;

/// <summary>What a plugin may offer beside <see cref="IModality"/>: inputs that are changed at random while a stage trains on them, such as pictures that are cropped.</summary>
public interface IAugmentingModality
{
    /// <summary>Looks at a recipe's settings, before anything is trained.</summary>
    /// <exception cref="InvalidDataException">One is unknown or out of range: what was expected and what came.</exception>
    void CheckAugmentation(ModalityOptions settings);

    /// <summary>What prepares the inputs that are trained on.</summary>
    /// <param name="options">As for <see cref="IModality.CreatePreprocessor"/>.</param>
    /// <param name="settings">What the recipe says of how inputs are changed.</param>
    /// <exception cref="InvalidDataException">An option or a setting is unknown or out of range.</exception>
    IAugmentingPreprocessor CreateAugmentingPreprocessor(ModalityOptions options, ModalityOptions settings);
}

/// <summary>An <see cref="IPreprocessor"/> for training. Thread-safe as one.</summary>
public interface IAugmentingPreprocessor
{
    /// <summary>Prepares one input; what is random follows from the draws alone, so that the same input and draws give the same bytes.</summary>
    /// <param name="input">As for <see cref="IPreprocessor.PrepareAsync"/>.</param>
    /// <param name="draw">Gives the next random number, from 0 to 1, 1 excluded.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidInputException">The input is malformed, too large or decodes to nothing usable.</exception>
    ValueTask<PreparedInput> PrepareAsync(RawInput input, Func<double> draw, CancellationToken cancellation);
}
