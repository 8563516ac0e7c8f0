using System.Security.Cryptography;
using OnePeace.Engine.Hosting;
using OnePeace.Files;

namespace OnePeace.Engine.Packages;

/// <summary>A file to lay out.</summary>
/// <param name="Sha256">Of its content, in lower-case hexadecimal.</param>
/// <param name="Write">Writes its content.</param>
internal sealed record UnpackedFile(long Length, string Sha256, Action<Stream> Write);

/// <summary>Files of a package laid out in a folder that appears whole or not at all, also after a power cut.</summary>
internal static class PackageUnpacking
{
    /// <param name="folder">The folder; where it holds exactly these files already, by every hash, it stays, else it is replaced.</param>
    /// <param name="files">By relative name.</param>
    /// <exception cref="PackageRefusedException">What is written has not the hashes that it should have.</exception>
    public static void Unpack(string folder, IReadOnlyDictionary<string, UnpackedFile> files)
    {
        folder = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        if (Holds(folder, files)) return;
        DurableFile.CreateDirectory(Path.GetDirectoryName(folder)!);
        var temporary = $"{folder}.{Guid.NewGuid():N}.tmp";
        try
        {
            Write(temporary, files);
            if (!Holds(temporary, files)) throw new PackageRefusedException(PackageFault.Damaged, "The package's plugin or assets are not what its manifest says: their hashes differ. Send the package again, or pack it again.");
            Place(temporary, folder, files);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
        DurableFile.FlushDirectory(Path.GetDirectoryName(folder)!);
    }

    private static bool Holds(string folder, IReadOnlyDictionary<string, UnpackedFile> files) =>
        Directory.Exists(folder)
        && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count() == files.Count
        && files.All(file => new FileInfo(Path.Combine(folder, file.Key)) is { Exists: true } found && found.Length == file.Value.Length)
        && files.All(file => Hash(Path.Combine(folder, file.Key)) == file.Value.Sha256);

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    public static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void Write(string folder, IReadOnlyDictionary<string, UnpackedFile> files)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, file) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(stream);
            stream.Flush(flushToDisk: true);
        }
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Append(folder)) DurableFile.FlushDirectory(inner);
    }

    private static void Place(string temporary, string folder, IReadOnlyDictionary<string, UnpackedFile> files)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        try
        {
            Directory.Move(temporary, folder);
        }
        catch (IOException) when (Holds(folder, files))
        {
            // Somebody else laid out the same at the same time.
        }
    }
}
