using SkiaSharp;

namespace OnePeace.Scenes.Pictures;

/// <summary>The six shapes, around the origin.</summary>
internal static class ShapeOutline
{
    /// <param name="shape">A value of <see cref="Factor.Shape"/>.</param>
    /// <param name="radius">Half of what it is across, in pixels.</param>
    public static SKPath Create(int shape, float radius) => Factor.Shape.Values[shape].Name switch
    {
        "circle" => Circles(radius),
        "square" => Polygon(Corners(4, 45, radius * 1.25f)),
        "triangle" => Polygon(Corners(3, -90, radius * 1.2f)),
        "star" => Polygon(Corners(5, -90, radius * 1.15f).Zip(Corners(5, -54, radius * 0.45f), (tip, notch) => new[] { tip, notch }).SelectMany(pair => pair)),
        "cross" => Cross(radius, radius * 0.32f),
        "ring" => Circles(radius, radius * 0.58f),
        var name => throw new InvalidOperationException($"The shape {name} has no outline."),
    };

    private static SKPath Circles(params ReadOnlySpan<float> radii)
    {
        var path = new SKPath { FillType = SKPathFillType.EvenOdd };
        foreach (var radius in radii) path.AddCircle(0, 0, radius);
        return path;
    }

    private static SKPath Cross(float reach, float half)
    {
        var path = new SKPath();
        path.AddRect(new SKRect(-reach, -half, reach, half));
        path.AddRect(new SKRect(-half, -reach, half, reach));
        return path;
    }

    private static SKPath Polygon(IEnumerable<SKPoint> corners)
    {
        var path = new SKPath();
        path.AddPoly([.. corners]);
        return path;
    }

    private static IEnumerable<SKPoint> Corners(int count, double firstDegrees, float radius) => Enumerable.Range(0, count)
        .Select(i => double.DegreesToRadians(firstDegrees + (360.0 * i / count)))
        .Select(angle => new SKPoint(radius * (float)Math.Cos(angle), radius * (float)Math.Sin(angle)));
}
