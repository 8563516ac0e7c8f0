using OnePeace.Files;

namespace OnePeace.Engine.Packages;

/// <summary>Files of a package laid out in a folder that appears whole or not at all, also after a power cut.</summary>
internal static class PackageUnpacking
{
    /// <param name="folder">The folder; where it holds these files already it stays, where it holds others it is replaced.</param>
    /// <param name="files">Length and content by relative name.</param>
    public static void Unpack(string folder, IReadOnlyDictionary<string, (long Length, Action<Stream> Write)> files)
    {
        folder = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        if (Holds(folder, files)) return;
        DurableFile.CreateDirectory(Path.GetDirectoryName(folder)!);
        var temporary = $"{folder}.{Guid.NewGuid():N}.tmp";
        try
        {
            Write(temporary, files);
            Place(temporary, folder, files);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
        DurableFile.FlushDirectory(Path.GetDirectoryName(folder)!);
    }

    private static bool Holds(string folder, IReadOnlyDictionary<string, (long Length, Action<Stream> Write)> files) =>
        Directory.Exists(folder)
        && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count() == files.Count
        && files.All(file => new FileInfo(Path.Combine(folder, file.Key)) is { Exists: true } found && found.Length == file.Value.Length);

    private static void Write(string folder, IReadOnlyDictionary<string, (long Length, Action<Stream> Write)> files)
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

    private static void Place(string temporary, string folder, IReadOnlyDictionary<string, (long Length, Action<Stream> Write)> files)
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
