using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace OnePeace.Engine.Packages;

/// <summary>Native libraries of packages in folders named by their content. .NET never unmaps one: whatever versions bring the same library have to open the same file, so that it is mapped once.</summary>
/// <param name="folder">Where those folders are.</param>
internal sealed partial class NativeLibraries(string folder)
{
    private const string Name = "native";

    // Of two that bring the same at once the second must not replace what the first has opened.
    private static readonly Lock Placing = new();

    /// <summary>Those of the packages that are laid out side by side, <paramref name="package"/> among them.</summary>
    public static NativeLibraries Beside(string package) =>
        new(Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(package)))!, Name));

    /// <summary>Copies a library, with those beside it that it may open by itself, unless they are there already, by every hash.</summary>
    /// <returns>Where to open it from.</returns>
    public string Place(string library)
    {
        var files = Directory.GetFiles(Path.GetDirectoryName(library)!)
            .Where(path => path == library || IsNative().IsMatch(path))
            .ToDictionary(path => Path.GetFileName(path), path => new UnpackedFile(new FileInfo(path).Length, PackageUnpacking.Hash(path), target => Copy(path, target)));
        var names = files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key} {file.Value.Sha256}\n");
        var target = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(names)))));
        lock (Placing) PackageUnpacking.Unpack(target, files);
        return Path.Combine(target, Path.GetFileName(library));
    }

    private static void Copy(string path, Stream target)
    {
        using var source = File.OpenRead(path);
        source.CopyTo(target);
    }

    [GeneratedRegex(@"\.(so(\.\d+)*|dylib)\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsNative();
}
