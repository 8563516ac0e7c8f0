using System.Runtime.CompilerServices;

namespace OnePeace.Training.Randomness;

/// <summary>Random numbers that are the same on every machine and in every version, so that a run can be resumed (Steele, Lea and Flood, 2014).</summary>
internal sealed class SplitMix64
{
    private ulong _state;

    /// <param name="keys">What the numbers depend on, such as a seed and a step; the order counts.</param>
    public SplitMix64(params ReadOnlySpan<ulong> keys)
    {
        foreach (var key in keys)
            _state = Mix(_state + key + Golden);
    }

    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>The numbers that come after a state.</summary>
    public static SplitMix64 After(ulong state) => new() { _state = state };

    public ulong Next() => Mix(_state += Golden);

    /// <summary>A number from 0 to <paramref name="end"/>, excluded; all are equally likely.</summary>
    /// <param name="end">At least 1.</param>
    public int Next(int end)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(end, 1);
        var range = (ulong)end;
        ulong high, low;
        do
        {
            high = Math.BigMul(Next(), range, out low);
        }
        while (low < unchecked(0 - range) % range);   // Lemire's rejection
        return (int)high;
    }

    /// <summary>A number from 0 to 1, 1 excluded.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Puts the first <paramref name="count"/> places of a random order in place; the rest holds the others.</summary>
    public void Shuffle<T>(Span<T> values, int count)
    {
        for (var at = 0; at < Math.Min(count, values.Length - 1); at++)
        {
            var other = at + Next(values.Length - at);
            (values[at], values[other]) = (values[other], values[at]);
        }
    }

    public void Shuffle<T>(Span<T> values) => Shuffle(values, values.Length);

    /// <summary>Spreads every bit of a number over all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
