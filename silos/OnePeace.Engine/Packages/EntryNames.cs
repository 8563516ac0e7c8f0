using System.Text.RegularExpressions;

namespace OnePeace.Engine.Packages;

/// <summary>The names that entries of a package may have.</summary>
internal static partial class EntryNames
{
    public const string Manifest = "manifest.json", Signature = "signature", Weights = "weights.safetensors";
    public const string Assets = "assets/", Canaries = "canaries/", Plugin = "plugin/";

    private const int MaxLength = 240;

    /// <summary>Whether an entry's bytes are named in the manifest.</summary>
    public static bool IsListed(string name) => name is not (Manifest or Signature);

    /// <summary>Whether it is laid out as a file where the package is used.</summary>
    public static bool IsUnpacked(string name) => name.StartsWith(Plugin, StringComparison.Ordinal) || name.StartsWith(Assets, StringComparison.Ordinal);

    /// <summary>The place of an entry in a package: manifest, signature, then by name, weights last.</summary>
    public static (int, string) Order(string name) => name switch
    {
        Manifest => (0, ""),
        Signature => (1, ""),
        Weights => (3, ""),
        _ => (2, name),
    };

    /// <exception cref="InvalidDataException">A name is not allowed, comes twice on a system that ignores case, or is both file and folder.</exception>
    public static void Check(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var folders = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            if (!IsAllowed(name))
                throw new InvalidDataException($"The entry '{PackageJson.Shown(name)}' is not allowed: a package holds {Manifest}, {Signature}, {Weights} and plain relative names below {Assets}, {Canaries} and {Plugin}.");
            if (!seen.Add(name)) throw new InvalidDataException($"Expected every entry once, but '{name}' comes twice, upper and lower case apart.");
            for (var slash = name.IndexOf('/'); slash >= 0; slash = name.IndexOf('/', slash + 1)) folders.Add(name[..slash]);
        }
        if (seen.FirstOrDefault(folders.Contains) is { } both) throw new InvalidDataException($"'{both}' is both a file and a folder of the package.");
    }

    public static bool IsAllowed(string name) =>
        name is Manifest or Signature or Weights || (name.Length <= MaxLength && Inner().IsMatch(name) && name.Split('/').All(part => part[^1] is not ('.' or ' ')));

    /// <summary>Printable ASCII without what a file system reads a meaning into; no part begins with two dots.</summary>
    [GeneratedRegex(@"\A(assets|canaries|plugin)(/(?!\.\.)[A-Za-z0-9_.+@(),=~ \-]+)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Inner();
}
