namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Where a plugin's project was built to.</summary>
internal static class PluginOutput
{
    private const string Dependencies = ".deps.json", Library = ".dll";

    /// <summary>The folder below the project's <c>bin</c> whose assembly was written last.</summary>
    /// <exception cref="ConformanceException">There is none.</exception>
    public static string Newest(string project, string assembly)
    {
        var bin = Path.Combine(project, "bin");
        var entry = (Directory.Exists(bin) ? Directory.GetFiles(bin, assembly + Dependencies, SearchOption.AllDirectories) : [])
            .Select(description => description[..^Dependencies.Length] + Library).Where(File.Exists).MaxBy(File.GetLastWriteTimeUtc);
        return Path.GetDirectoryName(entry)
            ?? throw new ConformanceException($"Expected {assembly}{Library} with its {Dependencies[1..]} below {bin}, but there is none: set EnableDynamicLoading in the plugin's project, let the test project refer to it, and build.");
    }
}
