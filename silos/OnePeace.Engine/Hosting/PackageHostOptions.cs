namespace OnePeace.Engine.Hosting;

/// <summary>Where an engine finds packages, and which it may take.</summary>
/// <param name="Find">Path of a package by its hash, or null where the store has none.</param>
/// <param name="WorkFolder">Where plugins and assets of packages are laid out; may be removed while the host is down.</param>
public sealed record PackageHostOptions(Func<string, string?> Find, string WorkFolder)
{
    /// <summary>The operator's list of allowed packages and signers (<see cref="Packages.PackagePolicy"/>), asked for at every check; null allows every package.</summary>
    public Func<string?> AllowList { get; init; } = () => null;

    /// <summary>How long a plugin's code may take for one step of its trial.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}
