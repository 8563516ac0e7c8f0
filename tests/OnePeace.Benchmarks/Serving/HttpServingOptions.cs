using System.Globalization;

namespace OnePeace.Benchmarks.Serving;

/// <summary>What is measured, and how.</summary>
/// <param name="Data">A data set of <c>onepeace dataset make</c>.</param>
/// <param name="Model">A model directory with text and pictures.</param>
internal sealed record HttpServingOptions(string Data, string Model)
{
    public const string Usage = "serving-http DATA MODEL [RUNS] [--texts RATE] [--images RATE] [--quiet SECONDS] [--steps COUNT]: a data set of 'onepeace dataset make', a model, requests a second";

    public int Runs { get; init; } = 3;

    /// <summary>A second; about a quarter of what callers that never stop get.</summary>
    public double Texts { get; init; } = 60;

    /// <summary>A second, too.</summary>
    public double Images { get; init; } = 15;

    /// <summary>Seconds of each quiet window.</summary>
    public double Quiet { get; init; } = 15;

    /// <summary>Of each run.</summary>
    public int Steps { get; init; } = 200;

    /// <summary>After which everything is ended.</summary>
    public TimeSpan Patience => TimeSpan.FromMinutes(5) + (Runs * (TimeSpan.FromMinutes(15) + TimeSpan.FromSeconds(Quiet)));

    /// <returns>Null where they cannot be understood.</returns>
    public static HttpServingOptions? Parse(string[] arguments)
    {
        if (arguments is not [_, var data, var model, .. var rest]) return null;
        var options = new HttpServingOptions(data, model);
        if (rest is [var first, .. var others] && int.TryParse(first, CultureInfo.InvariantCulture, out var runs) && runs > 0)
            (options, rest) = (options with { Runs = runs }, others);
        for (; rest is [var name, var text, .. var more]; rest = more)
        {
            if (!double.TryParse(text, CultureInfo.InvariantCulture, out var value) || !(value > 0 && value < 10_000)) return null;
            if (options.With(name, value) is not { } changed) return null;
            options = changed;
        }
        return rest.Length == 0 ? options : null;
    }

    private HttpServingOptions? With(string name, double value) => name switch
    {
        "--texts" => this with { Texts = value },
        "--images" => this with { Images = value },
        "--quiet" => this with { Quiet = value },
        "--steps" when double.IsInteger(value) => this with { Steps = (int)value },
        _ => null,
    };
}
