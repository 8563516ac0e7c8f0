namespace OnePeace.Cli.Outputs;

/// <summary>Files that a command writes: whole or not at all.</summary>
internal static class OutputFile
{
    /// <exception cref="BadInputException">The folder that shall hold the file is not there.</exception>
    public static void CheckFolder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder)) throw new BadInputException($"{path}: the folder {folder} does not exist; make it first.");
        if (Directory.Exists(path)) throw new BadInputException($"{path} is a folder; name a file.");
    }

    /// <summary>Writes a file beside its place, then puts it there.</summary>
    /// <exception cref="BadInputException">It cannot be written.</exception>
    public static void Replace(string path, Action<Stream> write) => Write(path, () =>
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew)) write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    });

    /// <summary>Says plainly that a file cannot be written, whatever the system's words for it are.</summary>
    /// <inheritdoc cref="Replace" path="/exception"/>
    public static void Write(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path} cannot be written: choose a place that you may write to and that has room.");
        }
    }
}
