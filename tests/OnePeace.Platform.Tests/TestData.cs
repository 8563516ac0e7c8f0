namespace OnePeace.Platform.Tests;

internal static class TestData
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file of the reference data.</summary>
    public static string Reference(string path) => Path.Combine(Root, "tests", "data", "reference", path);

    public static string DemoModel => Path.Combine(Root, "models", "demo");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "OnePeace.Platform.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
