namespace OnePeace.Modalities.Image;

/// <summary>Image options that need interpreting.</summary>
public static class ImageOptions
{
    private const int DefaultSide = 16;

    /// <summary>Patches a side of the absolute positions.</summary>
    public static int Side(ModalityOptions options) => options.Int32("bucket_size", DefaultSide);

    /// <summary>Patches a side of the relative positions.</summary>
    public static int RelativeSide(ModalityOptions options) => options.Int32("rel_bucket_size", DefaultSide);

    /// <summary>Pixels a side of the pictures that the model is fed.</summary>
    /// <exception cref="InvalidDataException">Not a multiple of a patch's side, or out of range.</exception>
    public static int PixelSide(ModalityOptions options)
    {
        var side = options.Int32("image_size", options.Int32("task.patch_image_size", DefaultSide * ImageGrid.PatchSide));
        return side is >= ImageGrid.PatchSide and <= 4096 && side % ImageGrid.PatchSide == 0
            ? side
            : throw new InvalidDataException($"Image option 'image_size' must be a multiple of {ImageGrid.PatchSide} from {ImageGrid.PatchSide} to 4,096, but is {side}.");
    }

    /// <summary>Whether a large JPEG is decoded at a smaller size, option <c>decode</c>: <c>scaled</c>, or <c>full</c>, which is the official way.</summary>
    /// <exception cref="InvalidDataException">Neither of them.</exception>
    public static bool DecodesScaled(ModalityOptions options) => options.String("decode", "full") switch
    {
        "full" => false,
        "scaled" => true,
        var other => throw new InvalidDataException($"Image option 'decode' must be 'full' or 'scaled', but is '{other}'."),
    };

    /// <summary><c>hmlp</c>, <c>mlp</c> or <c>none</c>.</summary>
    /// <exception cref="InvalidDataException">None of them.</exception>
    public static string StemType(ModalityOptions options) => options.String("vision_encoder_type", "hmlp") switch
    {
        "hmlp" => "hmlp",
        "mlp" => "mlp",
        "none" => "none",
        var other => throw new InvalidDataException($"Modality option 'vision_encoder_type' must be 'hmlp', 'mlp' or 'none', but is '{other}'."),
    };

    /// <summary>Fills in what is left open. A task's picture size decides the relative grid, as officially it does.</summary>
    public static ModalityOptions Complete(ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes)
    {
        options = options.CompleteSequence(shapes);
        if (shapes.GetValueOrDefault("adapter.pos_embed") is [var positions, ..]) options = options.Complete("bucket_size", (int)Math.Sqrt(positions - 1));
        if (shapes.Count > 0) options = options.Complete("vision_encoder_type", StemType(shapes));
        if (options.Int32("task.patch_image_size", 0) is > 0 and var size) options = options.With("rel_bucket_size", size / ImageGrid.PatchSide);
        else if (AdaptorOptions.RelativeRows(shapes) is { } rows) options = options.Complete("rel_bucket_size", ImageGrid.RelativeSide(rows));
        else options = options.Complete("rel_bucket_size", Side(options));
        return options.Complete("image_size", options.Int32("task.patch_image_size", RelativeSide(options) * ImageGrid.PatchSide));
    }

    private static string StemType(IReadOnlyDictionary<string, long[]> shapes)
    {
        if (shapes.ContainsKey("adapter.embed_images.0.weight")) return "hmlp";
        return shapes.ContainsKey("adapter.embed_images.weight") ? "mlp" : "none";
    }
}
