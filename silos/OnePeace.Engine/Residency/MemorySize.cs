using System.Globalization;
using System.Text.RegularExpressions;

namespace OnePeace.Engine.Residency;

/// <summary>Amounts of memory as people write them: <c>2GiB</c>, <c>500MB</c>, <c>1.5 GB</c>, <c>4096</c>.</summary>
public static partial class MemorySize
{
    private static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB"], Decimal = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Bytes. Upper and lower case are alike; a number alone is bytes.</summary>
    /// <exception cref="FormatException">It is no size: what was expected, what came.</exception>
    public static long Parse(string text)
    {
        if (Pattern().Match(text) is { Success: true } match
            && decimal.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && Unit(match.Groups["unit"].Value) is var unit && number <= long.MaxValue / unit)
            return (long)(number * unit);
        throw new FormatException($"expected a size such as 2GiB, 500MB or 0, but got '{text}'");
    }

    /// <summary>Bytes that an option is given.</summary>
    /// <exception cref="FormatException">It is no size; the message names the option.</exception>
    public static long Parse(string text, string option)
    {
        try
        {
            return Parse(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{option}: {e.Message}.", e);
        }
    }

    /// <summary>As <see cref="Parse(string)"/> reads it, to two digits after the point: <c>1.5GiB</c>.</summary>
    public static string Text(long bytes)
    {
        var power = 0;
        for (var rest = bytes; rest >= 1024 && power < Binary.Length - 1; rest /= 1024) power++;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / Math.Pow(1024, power):0.##}{Binary[power]}");
    }

    private static decimal Unit(string unit)
    {
        int Power(string[] units) => Array.FindIndex(units, u => u.Equals(unit, StringComparison.OrdinalIgnoreCase));
        if (unit.Length == 0) return 1;
        return Power(Binary) is >= 0 and var binary ? 1L << (10 * binary) : (decimal)Math.Pow(1000, Power(Decimal));
    }

    [GeneratedRegex(@"\A\s*(?<number>[0-9]{1,19}(\.[0-9]{1,9})?)\s*(?<unit>B|[KMGT]i?B)?\s*\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Pattern();
}
