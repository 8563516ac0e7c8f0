using OnePeace.Training.Randomness;

namespace OnePeace.Scenes;

/// <summary>Random numbers of one thing of one data set (SplitMix64), whatever was drawn before it or beside it.</summary>
internal sealed class SceneRandom
{
    private readonly SplitMix64 _numbers;

    /// <param name="seed">The data set's.</param>
    /// <param name="purpose">What the numbers are for; each has numbers of its own.</param>
    public SceneRandom(uint seed, string purpose)
    {
        const ulong offset = 14695981039346656037, prime = 1099511628211;   // FNV-1a
        var hash = purpose.Aggregate(offset, (hash, letter) => (hash ^ letter) * prime);
        _numbers = SplitMix64.After(SplitMix64.Mix(hash ^ SplitMix64.Mix(seed + 1UL)));
    }

    public int Index(int count) => (int)(Unit() * count);

    /// <summary>From <paramref name="low"/> to below <paramref name="high"/>.</summary>
    public double Between(double low, double high) => low + (Unit() * (high - low));

    /// <summary>Around 0, with a standard deviation of 1.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(Math.Tau * Unit());

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Index(choices.Count)];

    public T[] Shuffle<T>(IEnumerable<T> items)
    {
        var shuffled = items.ToArray();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var other = Index(i + 1);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }
        return shuffled;
    }

    private double Unit() => _numbers.NextDouble();
}
