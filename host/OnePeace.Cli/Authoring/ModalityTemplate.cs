using OnePeace.Engine.Packages;
using OnePeace.Modalities;

namespace OnePeace.Cli.Authoring;

/// <summary>The project that an author starts from: the template's files with their names put in, and beside them the packages that they refer to.</summary>
/// <remarks>The tokens are those of the template's <c>.template.config/template.json</c>: <c>dotnet new onepeace-modality</c> writes the same files.</remarks>
internal static class ModalityTemplate
{
    private const string PascalToken = "ExampleSeries", NameToken = "example_series", VersionToken = "PACKAGE_VERSION";
    private const string Contract = "OnePeace.Modalities", Suffix = ".nupkg";

    private static readonly string Files = Path.Combine(AppContext.BaseDirectory, "templates", "modality");
    private static readonly string Packages = Path.Combine(AppContext.BaseDirectory, "packages");

    /// <summary>Where restoring looks first: no registry has these packages in the version that this command was built with.</summary>
    private const string Sources = """
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <packageSources>
            <add key="onepeace" value="packages" />
          </packageSources>
        </configuration>

        """;

    /// <summary><c>heart_rate</c> as a type's name: <c>HeartRate</c>.</summary>
    public static string Pascal(string name) => string.Concat(name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <exception cref="BadUsageException">It is no name for a modality that is to be attached here.</exception>
    public static void CheckName(string name)
    {
        if (!ModalityProject.IsName(name))
            throw new BadUsageException($"'{name}' is no name for a modality: expected lower-case letters, digits and '_', starting with a letter, at most 64, and neither 'content' nor 'fusion'; such as heart_rate.");
        if (PackagedModalities.Names.Contains(name))
            throw new BadUsageException($"'{name}' belongs to the model itself ({string.Join(", ", PackagedModalities.Names)}): choose another name.");
        var taken = typeof(IModality).Assembly.GetExportedTypes().Select(type => type.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var type in new[] { "Modality", "Preprocessor", "Adaptor" }.Select(role => Pascal(name) + role).Where(taken.Contains))
            throw new BadUsageException($"'{name}' would make a type {type}, which the contract has already: choose another name, such as my_{name}.");
    }

    /// <summary>Writes the project.</summary>
    /// <param name="name">After <see cref="CheckName"/>.</param>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <returns>The version of the packages that it refers to.</returns>
    /// <exception cref="BadInputException">The folder holds something, or this command was built without its template or packages.</exception>
    public static string Write(string name, string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new BadInputException($"{folder} is there already: expected a folder that does not exist, or an empty one; choose another with --out.");
        var version = PackageVersion();
        foreach (var file in Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(folder, Path.GetRelativePath(Files, file).Replace(PascalToken, Pascal(name), StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Fill(File.ReadAllText(file), name, version));
        }
        File.WriteAllText(Path.Combine(folder, "nuget.config"), Sources);
        Directory.CreateDirectory(Path.Combine(folder, "packages"));
        foreach (var package in Directory.EnumerateFiles(Packages, "*" + Suffix)) File.Copy(package, Path.Combine(folder, "packages", Path.GetFileName(package)));
        return version;
    }

    private static string Fill(string text, string name, string version) => text
        .Replace(PascalToken, Pascal(name), StringComparison.Ordinal).Replace(NameToken, name, StringComparison.Ordinal).Replace(VersionToken, version, StringComparison.Ordinal);

    /// <summary>The one version of the packages beside this command, from the name of the contract's file.</summary>
    private static string PackageVersion()
    {
        var contracts = Directory.Exists(Packages) && Directory.Exists(Files)
            ? Directory.GetFiles(Packages, $"{Contract}.*{Suffix}").Select(path => Path.GetFileName(path)[(Contract.Length + 1)..^Suffix.Length]).Where(v => char.IsAsciiDigit(v[0])).ToArray()
            : [];
        return contracts is [var version]
            ? version
            : throw new BadInputException($"Expected the template and one {Contract}.*{Suffix} beside this command, in {AppContext.BaseDirectory}, but found {contracts.Length}: build the command again.");
    }
}
