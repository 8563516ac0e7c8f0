using SkiaSharp;

namespace OnePeace.Scenes.Pictures;

/// <summary>What a shape is filled with: only pictures show it.</summary>
internal static class PictureTexture
{
    private const int Reach = 20;   // pixels: from a shape's middle to beyond its edge

    public static Factor Factor { get; } = new("texture", [new("solid"), new("striped"), new("dotted"), new("halved")]);

    public static void Draw(SKCanvas canvas, SKPath outline, int value, SceneRandom random)
    {
        using var dark = new SKPaint { IsAntialias = true, Color = new SKColor(0, 0, 0, 200) };
        canvas.Save();
        canvas.ClipPath(outline, antialias: true);
        var shift = (float)random.Between(0, 4);
        switch (Factor.Values[value].Name)
        {
            case "striped":
                for (var y = -Reach + shift; y < Reach; y += 4) canvas.DrawRect(-Reach, y, 2 * Reach, 2, dark);
                break;
            case "dotted":
                for (var y = -Reach + shift; y < Reach; y += 4)
                    for (var x = -Reach + shift; x < Reach; x += 4) canvas.DrawCircle(x, y, 1.2f, dark);
                break;
            case "halved":
                canvas.DrawRect(-Reach, 0, 2 * Reach, Reach, dark);
                break;
        }
        canvas.Restore();
    }
}
