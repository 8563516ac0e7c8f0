using OnePeace.Files;
using OnePeace.Training.Budgets;

namespace OnePeace.Grains.Runs;

/// <summary>Where a silo trains: a folder for its runs, and the data that they may use.</summary>
/// <param name="Folder">Each run's folder lies in it, named by its id.</param>
/// <param name="TrainingData">Null where this silo trains nothing.</param>
public sealed record RunSite(string Folder, string? TrainingData)
{
    /// <summary>What a run may cost.</summary>
    public TrainingBudget Budget { get; init; } = new();

    public string FolderOf(string id) => Path.Combine(Folder, id);

    /// <summary>The path of data that an order names; null where they would lie outside, or there are none.</summary>
    public string? DataOf(string named)
    {
        if (TrainingData is null || !RelativePath.IsInside(named)) return null;
        return named.Length == 0 ? TrainingData : Path.Combine(TrainingData, named);
    }
}
