namespace OnePeace.Modalities.Audio.Tests;

internal static class TestData
{
    /// <summary>A folder of tests/data.</summary>
    public static string Folder(string path)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "OnePeace.Platform.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "data", path);
    }
}
