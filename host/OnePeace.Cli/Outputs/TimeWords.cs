using System.Globalization;

namespace OnePeace.Cli.Outputs;

/// <summary>Times and durations for people.</summary>
internal static class TimeWords
{
    private static readonly (string Name, long Seconds)[] _units = [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)];

    /// <summary>How long ago, or the local date where that is a day or more.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) => (now - then) switch
    {
        { TotalDays: >= 1 } => Date(then),
        { TotalSeconds: < 1 } => "just now",
        var age => $"{Span(age, mostUnits: 1)} ago",
    };

    public static string Date(DateTimeOffset then) => then.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A duration in whole units, such as <c>2 hours 5 minutes</c>.</summary>
    /// <param name="mostUnits">How many units, from the largest that there is one of.</param>
    public static string Span(TimeSpan span, int mostUnits = 2)
    {
        var left = Math.Max(0, (long)span.TotalSeconds);
        var first = Array.FindIndex(_units, unit => left >= unit.Seconds);
        if (first < 0) return "less than a second";
        var words = new List<string>();
        foreach (var (name, seconds) in _units.Skip(first).Take(mostUnits))
        {
            var (number, rest) = Math.DivRem(left, seconds);
            if (number > 0) words.Add(string.Create(CultureInfo.InvariantCulture, $"{number:N0} {name}{(number == 1 ? "" : "s")}"));
            left = rest;
        }
        return string.Join(' ', words);
    }
}
