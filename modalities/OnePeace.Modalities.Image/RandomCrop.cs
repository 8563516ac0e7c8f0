namespace OnePeace.Modalities.Image;

/// <summary>What is kept of a picture.</summary>
internal readonly record struct Crop(int Left, int Top, int Width, int Height);

/// <summary>Draws which part of a picture is trained on, as the official pretraining does (torchvision's <c>RandomResizedCrop</c>).</summary>
/// <remarks>Settings: <c>min_scale</c> and <c>max_scale</c>, shares of the area; <c>min_ratio</c> and <c>max_ratio</c> of width to height.</remarks>
internal sealed class RandomCrop
{
    private const int Attempts = 10;
    private const double LeastScale = 0.01, LeastRatio = 0.1, MostRatio = 10;

    private static readonly string[] Keys = ["min_scale", "max_scale", "min_ratio", "max_ratio"];

    private readonly double _minScale, _maxScale, _minRatio, _maxRatio;

    /// <exception cref="InvalidDataException">A setting is unknown or out of range.</exception>
    public RandomCrop(ModalityOptions settings)
    {
        if (settings.ToJson().Select(setting => setting.Key).FirstOrDefault(key => !Keys.Contains(key)) is { } unknown)
            throw new InvalidDataException($"'{unknown}' says nothing of how pictures are cropped; expected {string.Join(", ", Keys)}.");
        (_minScale, _maxScale) = Range(settings, "scale", 0.9, 1, LeastScale, 1);
        (_minRatio, _maxRatio) = Range(settings, "ratio", 3.0 / 4, 4.0 / 3, LeastRatio, MostRatio);
    }

    /// <summary>Where no part of the drawn size fits, the middle, as much of it as its ratio allows.</summary>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="draw">Gives numbers from 0 to 1, 1 excluded.</param>
    public Crop Draw(int width, int height, Func<double> draw)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = (double)width * height * Between(_minScale, _maxScale, draw());
            var ratio = Math.Exp(Between(Math.Log(_minRatio), Math.Log(_maxRatio), draw()));
            var (wide, high) = ((int)Math.Round(Math.Sqrt(area * ratio)), (int)Math.Round(Math.Sqrt(area / ratio)));
            if (wide < 1 || high < 1 || wide > width || high > height) continue;
            var top = (int)(draw() * (height - high + 1));
            return new Crop((int)(draw() * (width - wide + 1)), top, wide, high);
        }
        return Middle(width, height);
    }

    private Crop Middle(int width, int height)
    {
        var ratio = (double)width / height;
        var high = ratio < _minRatio ? Math.Clamp((int)Math.Round(width / _minRatio), 1, height) : height;
        var wide = ratio > _maxRatio ? Math.Clamp((int)Math.Round(height * _maxRatio), 1, width) : width;
        return new Crop((width - wide) / 2, (height - high) / 2, wide, high);
    }

    private static double Between(double low, double high, double share) => low + (share * (high - low));

    private static (double, double) Range(ModalityOptions settings, string of, double lowest, double highest, double least, double most)
    {
        var (low, high) = (settings.Double($"min_{of}", lowest), settings.Double($"max_{of}", highest));
        return low >= least && low <= high && high <= most ? (low, high) : throw new InvalidDataException(
            FormattableString.Invariant($"Expected 'min_{of}' and 'max_{of}' from {least} to {most}, the first at most the second, but got {low} and {high}."));
    }
}
