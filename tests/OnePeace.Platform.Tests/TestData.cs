namespace OnePeace.Platform.Tests;

internal static class TestData
{
    /// <summary>A file of the reference data.</summary>
    public static string Reference(string path) => RepositoryFolder.At($"tests/data/reference/{path}");

    public static string DemoModel => RepositoryFolder.At("models/demo");
}
