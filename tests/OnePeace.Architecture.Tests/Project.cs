using System.Xml.Linq;

namespace OnePeace.Architecture.Tests;

/// <summary>A project file: what it refers to.</summary>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Path">From the root, with <c>/</c>.</param>
/// <param name="References">Names of the projects it refers to.</param>
/// <param name="Packages">Names of the packages it refers to.</param>
/// <param name="OwnVersions">Packages to which it gives a version of its own, past the central file.</param>
internal sealed record Project(
    string Name, string Path, IReadOnlyList<string> References, IReadOnlyList<string> Packages, IReadOnlyList<string> OwnVersions)
{
    public bool IsTest => Path.StartsWith("tests/");

    public string LockFile => System.IO.Path.GetDirectoryName(Path) + "/packages.lock.json";

    public static Project Parse(SourceFile file)
    {
        var items = XDocument.Parse(file.Text).Descendants().Where(element => element.Attribute("Include") is not null).ToList();
        string Include(XElement element) => element.Attribute("Include")!.Value;
        var packages = items.Where(item => item.Name.LocalName == "PackageReference").ToList();
        return new Project(
            System.IO.Path.GetFileNameWithoutExtension(file.Path),
            file.Path,
            [.. items.Where(item => item.Name.LocalName == "ProjectReference").Select(item => System.IO.Path.GetFileNameWithoutExtension(Include(item)))],
            [.. packages.Select(Include)],
            [.. packages.Where(item => item.Attribute("Version") is not null || item.Attribute("VersionOverride") is not null).Select(Include)]);
    }
}
