namespace OnePeace.Grains.Modalities;

/// <summary>Where modalities' grains keep their state.</summary>
public static class ModalityStorage
{
    /// <summary>The storage provider's name: SQLite beside the silo by default; any of Orleans' own can take its place.</summary>
    public const string Name = "modalities";
}
