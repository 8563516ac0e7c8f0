namespace OnePeace.Engine.Tests;

/// <summary>The official model's inputs and outputs in the repository.</summary>
internal static class ReferenceData
{
    public static string Folder { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "OnePeace.Platform.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException($"No OnePeace.Platform.sln above {AppContext.BaseDirectory}.");
        return Path.Combine(folder, "tests", "data", "reference");
    }
}
