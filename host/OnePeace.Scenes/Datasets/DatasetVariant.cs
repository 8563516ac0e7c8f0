namespace OnePeace.Scenes.Datasets;

/// <summary>What captions and media share.</summary>
/// <param name="Name">As the command line has it.</param>
/// <param name="DropProbability">How often a training caption leaves one factor out.</param>
/// <param name="HasPrivateFactors">Whether pictures have a texture and sounds an echo, which no caption names.</param>
public sealed record DatasetVariant(string Name, double DropProbability, bool HasPrivateFactors)
{
    public static DatasetVariant Plain { get; } = new("plain", 0, false);

    public static IReadOnlyList<DatasetVariant> All { get; } = [Plain, new("dropped", 0.3, false), new("private", 0, true)];

    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static DatasetVariant Get(string name) => All.FirstOrDefault(variant => variant.Name == name)
        ?? throw new ArgumentException($"'{name}' is no variant: expected {string.Join(", ", All.Select(variant => variant.Name))}.", nameof(name));
}
