namespace OnePeace.Training.Data;

/// <summary>The folder of a data set, out of which no path in it leads. Links are followed: a data set cannot make them, only whoever owns the folder.</summary>
internal sealed class DataFolder(string path)
{
    /// <summary>The largest input that is read into memory.</summary>
    public const long MostBytes = 256L << 20;

    private readonly string _root = Path.GetFullPath(path);

    /// <summary>The full path of a file that a data set names.</summary>
    /// <exception cref="BadPairException">It lies outside.</exception>
    private string Resolve(string named) => Find(named) ?? throw new BadPairException(
        $"the path '{named}' leads out of the folder of the data set: put the file into the folder, and name it from there without '..'.");

    /// <summary>Whether it names a file that is there.</summary>
    public bool Has(string named) => Find(named) is { } full && File.Exists(full);

    /// <exception cref="BadPairException">It is not there, or lies outside.</exception>
    /// <exception cref="LostDataException">The folder that it lies in is not there, or the file cannot be read.</exception>
    public async Task<byte[]> ReadAsync(string named, CancellationToken cancellation)
    {
        var file = Resolve(named);
        return await StoredBytes.ReadAsync(file, ReadAsync, cancellation).ConfigureAwait(false);

        Task<byte[]> ReadAsync()
        {
            if (!File.Exists(file)) CheckFolder(file, named);
            CheckSize(new FileInfo(file).Length, $"the file '{named}'");
            return File.ReadAllBytesAsync(file, cancellation);
        }
    }

    public static void CheckSize(long bytes, string what)
    {
        if (bytes > MostBytes) throw new BadPairException($"{what} may have at most {MostBytes:N0} bytes, but has {bytes:N0}: make it smaller.");
    }

    /// <summary>Whether a file is missing can be said only of a folder that is there and may be looked into.</summary>
    private static void CheckFolder(string file, string named)
    {
        var folder = Path.GetDirectoryName(file)!;
        try
        {
            File.GetAttributes(file);
        }
        catch (FileNotFoundException) when (Directory.Exists(folder))
        {
            // it alone is missing
        }
        throw new BadPairException($"the file '{named}' cannot be read, because it is not there: put it into the folder of the data set.");
    }

    private string? Find(string named)
    {
        if (named.Contains('\0') || named.Split('/', '\\').Contains("..")) return null;
        var full = Path.GetFullPath(named, _root);
        return full.StartsWith(Path.TrimEndingDirectorySeparator(_root) + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? full : null;
    }
}
