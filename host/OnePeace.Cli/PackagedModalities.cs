namespace OnePeace.Cli;

/// <summary>The plugins that lie beside this program, one folder each, named after their modality.</summary>
internal static class PackagedModalities
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "modalities");

    public static IReadOnlyList<string> Names { get; } =
        Directory.Exists(Folder) ? [.. Directory.GetDirectories(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];
}
