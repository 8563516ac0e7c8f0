namespace OnePeace.Cli;

/// <summary>The small model that ships, trained on generated scenes by the recipe of its name, so that <c>up</c> serves at once.</summary>
internal static class DemoModel
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "demo");
}
