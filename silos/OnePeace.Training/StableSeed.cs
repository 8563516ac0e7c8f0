using System.Globalization;
using System.Text;
using OnePeace.Training.Randomness;

namespace OnePeace.Training;

/// <summary>Seeds that depend on nothing but what they are for: the same on every machine and in every version.</summary>
internal static class StableSeed
{
    /// <summary>FNV-1a over the parts, then mixed; never negative.</summary>
    public static long Of(long seed, params ReadOnlySpan<object> parts)
    {
        var text = new StringBuilder(seed.ToString(CultureInfo.InvariantCulture));
        foreach (var part in parts) text.Append('/').Append(CultureInfo.InvariantCulture, $"{part}");
        var hash = Encoding.UTF8.GetBytes(text.ToString()).Aggregate(14695981039346656037UL, (hash, b) => (hash ^ b) * 1099511628211UL);
        return (long)(SplitMix64.Mix(hash) & long.MaxValue);
    }
}
