using System.Globalization;
using System.Text;

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
        hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9UL;
        hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebUL;
        return (long)((hash ^ (hash >> 31)) & long.MaxValue);
    }
}
