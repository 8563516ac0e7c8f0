namespace OnePeace.Engine.Tests;

/// <summary>The official model's inputs and outputs in the repository.</summary>
internal static class ReferenceData
{
    public static string Folder { get; } = RepositoryFolder.At("tests/data/reference");
}
