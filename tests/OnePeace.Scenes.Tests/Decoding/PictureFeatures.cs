using SkiaSharp;

namespace OnePeace.Scenes.Tests.Decoding;

/// <summary>Four views of a picture, one a factor, from the pixels that have a colour.</summary>
internal static class PictureFeatures
{
    private const int Cells = 7, LeastColour = 70;

    public static double[][] Of(byte[] file)
    {
        using var bitmap = SKBitmap.Decode(file);
        var pixels = from y in Enumerable.Range(0, bitmap.Height)
                     from x in Enumerable.Range(0, bitmap.Width)
                     let colour = bitmap.GetPixel(x, y)
                     where Strongest(colour) - Math.Min(colour.Red, Math.Min(colour.Green, colour.Blue)) > LeastColour
                     select (X: x, Y: y, Colour: colour);
        var coloured = pixels.ToList();
        int left = coloured.Min(p => p.X), top = coloured.Min(p => p.Y);
        double width = coloured.Max(p => p.X) - left + 1, height = coloured.Max(p => p.Y) - top + 1;
        var mask = new double[Cells * Cells];
        foreach (var (x, y, _) in coloured) mask[((int)((y - top) / height * Cells) * Cells) + (int)((x - left) / width * Cells)] += Cells * Cells / (width * height);
        double[] hue = [.. new Func<SKColor, byte>[] { c => c.Red, c => c.Green, c => c.Blue }.Select(channel => coloured.Average(p => channel(p.Colour) / (double)Strongest(p.Colour)))];
        return [mask, hue, [(width + height) / 2], [coloured.Average(p => p.X), coloured.Average(p => p.Y)]];
    }

    private static byte Strongest(SKColor colour) => Math.Max(colour.Red, Math.Max(colour.Green, colour.Blue));
}
