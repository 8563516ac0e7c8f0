namespace OnePeace.Tests;

/// <summary>The clone that the tests were built in; compiled into every test project.</summary>
internal static class RepositoryFolder
{
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder of the clone, with <c>/</c>.</summary>
    public static string At(string path) => Path.Combine(Root, path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "OnePeace.Platform.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds OnePeace.Platform.sln.");
    }
}
