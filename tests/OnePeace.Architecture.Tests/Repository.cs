namespace OnePeace.Architecture.Tests;

/// <summary>The files of this repository, as a clone has them: no build outputs.</summary>
internal static class Repository
{
    private static readonly HashSet<string> Outputs =
        ["bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", ".git", ".vs", ".idea", "/data", "/shared"];

    public static IReadOnlyList<SourceFile> Files { get; } = [.. Walk(new DirectoryInfo(RepositoryFolder.Root))];

    /// <summary>Those of this repository; a template's are projects of authors.</summary>
    public static IReadOnlyList<Project> Projects { get; } = [.. Files.Where(file => file.Path.EndsWith(".csproj") && !file.Path.Contains("/templates/")).Select(Project.Parse)];

    private static IEnumerable<SourceFile> Walk(DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles())
            yield return new SourceFile(Path.GetRelativePath(RepositoryFolder.Root, file.FullName), () => File.ReadAllText(file.FullName));
        foreach (var child in folder.EnumerateDirectories())
            if (!Outputs.Contains(child.Name) && !(folder.FullName == RepositoryFolder.Root && Outputs.Contains("/" + child.Name)))
                foreach (var file in Walk(child))
                    yield return file;
    }
}

/// <summary>One file: its path from the root, with <c>/</c>, and its text.</summary>
internal sealed class SourceFile(string path, Func<string> read)
{
    private readonly Lazy<string> _text = new(read);

    public SourceFile(string path, string text) : this(path, () => text) { }

    public string Path { get; } = path;

    public string Text => _text.Value;

    public bool IsCSharp => Path.EndsWith(".cs");

    public bool IsTest => Path.StartsWith("tests/");

    public bool IsIn(params string[] folders) => folders.Any(folder => Path.StartsWith(folder + "/"));

    public override string ToString() => Path;
}
