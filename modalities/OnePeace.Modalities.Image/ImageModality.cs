using OnePeace.Modalities.Layers;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Image;

/// <summary>The image modality.</summary>
public sealed class ImageModality : IModality, IAugmentingModality
{
    public string Name => "image";

    public IReadOnlyList<string> MediaTypes => ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"];

    public Masking Masking => new(0.75, 0.6875);

    public ModalityOptions CompleteOptions(ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes) => ImageOptions.Complete(options, shapes);

    public ModalityOptions DecoderOptions(ModalityOptions options) => options.With("use_attn_bias", false).With("vision_encoder_type", "none");

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new ImagePreprocessor(options);

    public void CheckAugmentation(ModalityOptions settings) => _ = new RandomCrop(settings);

    public IAugmentingPreprocessor CreateAugmentingPreprocessor(ModalityOptions options, ModalityOptions settings) =>
        new CroppingPreprocessor(new ImagePreprocessor(options.With("decode", "full")), new RandomCrop(settings));   // a part of a scaled picture could be too small

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new ImageAdaptor(shape, options);

    /// <summary>Fits position tables of a smaller grid to the options' larger one; of the relative tables only the first, then copied, as officially.</summary>
    public void UpgradeWeights(IDictionary<string, Tensor> weights, CoreShape shape, ModalityOptions options)
    {
        if (weights.Remove(RelativeTables.OldestName, out var oldest)) weights[RelativeTables.Name(0)] = oldest;
        var relativeSide = ImageOptions.RelativeSide(options);
        Replace(weights, RelativeTables.Name(0), ImageGrid.RelativeRows(relativeSide), table => RelativeTableResizing.Resize(table, relativeSide));
        RelativeTables.Upgrade(weights, shape);
        var side = ImageOptions.Side(options);
        Replace(weights, "adapter.pos_embed", ((long)side * side) + 1, positions => ImageGrid.ResizePositions(positions, side));
    }

    private static void Replace(IDictionary<string, Tensor> weights, string name, long rows, Func<Tensor, Tensor> enlarge)
    {
        if (!weights.TryGetValue(name, out var old) || old.size(0) >= rows) return;
        weights[name] = enlarge(old);
        old.Dispose();
    }
}
