namespace OnePeace.Files;

/// <summary>Paths that somebody else names.</summary>
public static class RelativePath
{
    /// <summary>Whether a path stays below the folder that it is read from, whatever lies there.</summary>
    public static bool IsInside(string named) => !named.Contains('\0') && !Path.IsPathRooted(named) && !named.Split('/', '\\').Contains("..");
}
