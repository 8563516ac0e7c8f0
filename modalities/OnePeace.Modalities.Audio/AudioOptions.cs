namespace OnePeace.Modalities.Audio;

/// <summary>Audio options that need interpreting.</summary>
internal static class AudioOptions
{
    /// <summary>The extractor's convolutions: the published ones where the option is absent, null where it is null (a decoder has none).</summary>
    public static IReadOnlyList<Convolution>? Convolutions(ModalityOptions options)
    {
        const string key = "feature_encoder_spec";
        if (options.String(key) is { } spec) return ConvolutionSpec.Parse(spec);
        return options.ToJson().ContainsKey(key) ? null : ConvolutionSpec.Parse(ConvolutionSpec.Default);
    }

    /// <summary><c>conv</c> or <c>fixed</c>.</summary>
    /// <exception cref="InvalidDataException">Neither.</exception>
    public static string PositionType(ModalityOptions options) => options.String("abs_pos_type", "conv") switch
    {
        "conv" => "conv",
        "fixed" => "fixed",
        var other => throw new InvalidDataException($"Modality option 'abs_pos_type' must be 'conv' or 'fixed', but is '{other}'."),
    };
}
