using OnePeace.Tests;

namespace OnePeace.Platform.Tests.Processes;

internal sealed partial record CommandRun
{
    /// <summary>As it was built, with its own copies of everything.</summary>
    public static partial string Assembly => RepositoryFolder.At($"host/OnePeace.Cli/bin/{Configuration}/net10.0/onepeace.dll");

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif
}
