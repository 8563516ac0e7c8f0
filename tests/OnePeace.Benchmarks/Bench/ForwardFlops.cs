using OnePeace.Modalities;

namespace OnePeace.Benchmarks.Bench;

/// <summary>Floating-point operations of one item's forward pass, two for a multiplication with its addition; matrix products and convolutions alone.</summary>
/// <remarks><c>L</c> tokens with CLS, <c>D</c> width, <c>F</c> an expert's width, <c>P</c> patches.</remarks>
internal static class ForwardFlops
{
    private const int PatchSide = 16, StemChannels = 3;

    /// <summary>The layers and the projection of one vector.</summary>
    public static double OfLayers(CoreShape shape, long tokens)
    {
        double length = tokens, width = shape.Width, expert = shape.ExpertWidth;
        var attention = (8 * length * width * width) + (4 * length * length * width);   // query, key, value, output: L D D each; scores and their sums: L L D each
        var feedForward = 6 * length * width * expert;                                  // two gates and the output: L D F each
        return (shape.Layers * (attention + feedForward)) + (2 * width * width);
    }

    /// <summary>The image's stem: convolutions of 4, 2 and 2 pixels a side without overlap, the first two a quarter of the width.</summary>
    public static double OfImageStem(CoreShape shape, long tokens)
    {
        double patches = tokens - 1, width = shape.Width, inner = width / 4;
        const int first = PatchSide / 4 * (PatchSide / 4), second = PatchSide / 8 * (PatchSide / 8);   // outputs of a patch: 16, 4 and 1
        return 2 * patches * ((first * inner * StemChannels * 16) + (second * inner * inner * 4) + (width * inner * 4));
    }

    /// <returns>Null where the adaptor's own work is not known here: a sound's is most of its forward pass.</returns>
    public static double? Of(string modality, CoreShape shape, long tokens) => modality switch
    {
        "text" => OfLayers(shape, tokens),
        "image" => OfLayers(shape, tokens) + OfImageStem(shape, tokens),
        _ => null,
    };
}
