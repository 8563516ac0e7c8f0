using SkiaSharp;

namespace OnePeace.Scenes.Pictures;

/// <summary>PNG pictures of 64 x 64 pixels: one shape in one quadrant, on a grey ground with noise.</summary>
internal sealed class PictureMedium : ISceneMedium
{
    public const int SidePixels = 64;
    private const double NoiseDeviation = 8;   // of 255

    private static readonly double[] AcrossPixels = [14, 20, 28];
    private static readonly double[] HueDegrees = [0, 56, 120, 182, 232, 306];

    public string Modality => "image";

    public string Extension => ".png";

    public Factor? PrivateFactor => PictureTexture.Factor;

    public IReadOnlyList<string> Templates { get; } =
    [
        "a [{size} ][{colour} ][{shape}|shape][ in the {position} corner]",
        "a picture of a [{size} ][{colour} ][{shape}|thing][ at the {position}]",
        "the image shows a [{colour} ][{shape}|figure][ that is {size}][, placed {position}]",
        "[in the {position} corner ]we see a [{size} ][{colour} ][{shape}|object]",
        "a photo of a [{colour} ][{size} ][{shape}|figure][ towards the {position}]",
        "[{position}: ]one [{size} ][{shape}|thing][ drawn in {colour}]",
        "a [{shape}|shape][ painted {colour}][, {size} to the eye][, {position} on the canvas]",
        "look, there is a [{size} ][{shape}|drawing][ coloured {colour}][ in the {position} of the frame]",
        "on grey ground, a [{colour} ][{shape}|object][, {size}][, in the {position} quarter]",
        "a drawing with a [{size} ][{colour} ][{shape}|shape][ near the {position} edge]",
    ];

    public byte[] Draw(SceneFactors scene, int? privateValue, SceneRandom random)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(SidePixels, SidePixels, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap)) Paint(canvas, scene, privateValue, random);
        AddNoise(bitmap, random);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return encoded.ToArray();
    }

    private static void Paint(SKCanvas canvas, SceneFactors scene, int? texture, SceneRandom random)
    {
        var shade = (byte)random.Between(25, 100);
        canvas.Clear(new SKColor(shade, shade, shade));
        var across = AcrossPixels[scene.Size] * random.Between(0.95, 1.05);
        var play = Math.Max(1, (SidePixels / 2 - across) / 3);
        canvas.Translate(Place(scene.Position % 2, play, random), Place(scene.Position / 2, play, random));
        canvas.RotateDegrees((float)random.Between(-10, 10));
        using var outline = ShapeOutline.Create(scene.Shape, (float)across / 2);
        using var paint = new SKPaint { IsAntialias = true, Color = Colour(scene.Colour, random) };
        canvas.DrawPath(outline, paint);
        if (texture is { } value) PictureTexture.Draw(canvas, outline, value, random);
    }

    /// <summary>Where the middle of the left or top (0), or of the right or bottom (1) half is, give or take.</summary>
    private static float Place(int half, double play, SceneRandom random) => (float)((SidePixels * (0.25 + (0.5 * half))) + random.Between(-play, play));

    private static SKColor Colour(int colour, SceneRandom random) => SKColor.FromHsv(
        (float)((HueDegrees[colour] + random.Between(-8, 8) + 360) % 360), (float)random.Between(80, 100), (float)random.Between(85, 100));

    private static void AddNoise(SKBitmap bitmap, SceneRandom random)
    {
        var bytes = bitmap.GetPixelSpan();
        for (var at = 0; at < bytes.Length; at++)
            if (at % 4 != 3) bytes[at] = (byte)Math.Clamp(Math.Round(bytes[at] + (NoiseDeviation * random.Normal())), 0, 255);
    }
}
