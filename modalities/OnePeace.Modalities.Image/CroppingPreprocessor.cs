namespace OnePeace.Modalities.Image;

/// <summary>Prepares pictures to train on: a part drawn at random, resized to what <see cref="ImagePreprocessor"/> makes of a whole one.</summary>
internal sealed class CroppingPreprocessor(ImagePreprocessor whole, RandomCrop crops) : IAugmentingPreprocessor
{
    public ValueTask<PreparedInput> PrepareAsync(RawInput input, Func<double> draw, CancellationToken cancellation)
    {
        using var image = whole.Open(input);
        using var part = new CroppedRows(image, crops.Draw(image.Width, image.Height, draw));
        var prepared = whole.Prepare(part, cancellation);
        part.Finish();
        return ValueTask.FromResult(prepared);
    }
}
