namespace OnePeace.Grains.Runs;

/// <summary>Where a silo trains: a folder for its runs, and the data that they may use.</summary>
/// <param name="Folder">Each run's folder lies in it, named by its id.</param>
/// <param name="TrainingData">Null where nobody may train.</param>
public sealed record RunSite(string Folder, string? TrainingData)
{
    public string FolderOf(string id) => Path.Combine(Folder, id);

    /// <summary>The path of data that an order names; null where they would lie outside.</summary>
    public string? DataOf(string named)
    {
        if (TrainingData is null || named.Contains('\0') || Path.IsPathRooted(named) || named.Split('/', '\\').Contains("..")) return null;
        return named.Length == 0 ? TrainingData : Path.Combine(TrainingData, named);
    }
}
