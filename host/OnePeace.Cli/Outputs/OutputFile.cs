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

    public static void Replace(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew)) write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
