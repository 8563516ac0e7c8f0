namespace OnePeace.Modalities.Testing.Checks;

/// <summary>One thing that every plugin has to hold to.</summary>
internal interface IConformanceCheck
{
    /// <summary>What authors and test reports call it.</summary>
    string Name { get; }

    /// <exception cref="ConformanceException">The plugin does not hold to it.</exception>
    void Run(Subject subject);
}
