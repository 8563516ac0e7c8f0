namespace OnePeace.Cli;

/// <summary>The small random model that ships, so that <c>up</c> serves at once.</summary>
internal static class DemoModel
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "demo");
}
