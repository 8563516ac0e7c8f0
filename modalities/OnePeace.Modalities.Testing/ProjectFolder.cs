using System.Reflection;

namespace OnePeace.Modalities.Testing;

/// <summary>Finds the plugin's project by what the package's build step wrote into the test assembly.</summary>
internal static class ProjectFolder
{
    private const string Key = "ModalityProject";

    /// <exception cref="ConformanceException">It names none, or several.</exception>
    public static string Of(Assembly tests)
    {
        var folders = tests.GetCustomAttributes<AssemblyMetadataAttribute>().Where(metadata => metadata.Key == Key).Select(metadata => metadata.Value).OfType<string>().ToList();
        return folders is [var folder]
            ? folder
            : throw new ConformanceException($"Expected '{tests.GetName().Name}' to refer to one project with a modality.json, but it refers to {folders.Count}: "
                + $"add the ProjectReference, or name the folder with the MSBuild property {Key} or as the argument of {nameof(ModalityConformance)}.{nameof(ModalityConformance.Of)}.");
    }
}
