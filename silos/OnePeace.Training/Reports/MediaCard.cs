using System.Xml.Linq;
using OnePeace.Training.Reports.Charts;

namespace OnePeace.Training.Reports;

/// <summary>One item in a grid of finds: its picture where it has one that browsers show, else its words.</summary>
internal static class MediaCard
{
    private const long LargestPicture = 1 << 20;

    private static readonly Dictionary<string, string> _mediaTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".bmp"] = "image/bmp",
    };

    /// <param name="picture">A file's path, or null.</param>
    /// <param name="said">Words that stand for it or beside it; null for none.</param>
    /// <param name="note">A line below.</param>
    /// <param name="isRight">Whether it is a right answer.</param>
    public static XElement Draw(string? picture, string? said, string note, bool isRight)
    {
        var source = picture is null ? null : DataUri(picture);
        var words = said ?? (source is null && picture is not null ? Path.GetFileName(picture) : null);
        return new XElement("div", new XAttribute("class", isRight ? "card right" : "card"),
            source is null ? null : new XElement("img", new XAttribute("src", source), new XAttribute("alt", SvgCanvas.Clean(note))),
            words is null ? null : new XElement("span", new XAttribute("class", "said"), SvgCanvas.Clean(words)),
            isRight ? new XElement("b", "✓ ") : null,
            SvgCanvas.Clean(note));
    }

    private static string? DataUri(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length <= LargestPicture && _mediaTypes.TryGetValue(file.Extension, out var type)
            ? $"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(path))}"
            : null;
    }
}
