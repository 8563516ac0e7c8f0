using System.Globalization;

namespace OnePeace.Benchmarks.Bench;

/// <summary>What a figure has to reach.</summary>
/// <param name="IsMost">Whether it is the most that a figure may be, not the least.</param>
internal sealed record Bar(double Value, bool IsMost)
{
    public static Bar AtLeast(double value) => new(value, IsMost: false);

    public static Bar AtMost(double value) => new(value, IsMost: true);

    public bool Allows(double value) => IsMost ? value <= Value : value >= Value;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsMost ? "at most" : "at least")} {Value}");
}

/// <summary>A figure, and its bar if there is one.</summary>
internal sealed record Figure(string Measure, Bar? Bar, Samples Reached)
{
    public static readonly string[] Columns = ["measure", "bar", "reached", "from", "to", "holds"];

    public object[] Row => [Measure, Bar?.ToString() ?? "", Reached.Median, Reached.From, Reached.To, Bar is null ? "" : Holds(Bar)];

    /// <summary>Settled by what the repeats leave open, not by their median.</summary>
    private string Holds(Bar bar) => (bar.Allows(Reached.From), bar.Allows(Reached.To)) switch
    {
        (true, true) => "yes",
        (false, false) => "no",
        _ => bar.Allows(Reached.Median) ? "likely" : "unlikely",
    };
}
