using System.Text;
using OnePeace.Modalities;
using OnePeace.Training.Data;

namespace OnePeace.Training.Tests.Data;

/// <summary>Pairs that are made up as they are asked for.</summary>
internal sealed class MemoryPairs(int count, Func<int, string>? group = null) : IPairSource
{
    private int _reads;

    public int Count => count;

    public int Reads => _reads;

    /// <summary>Indices of pairs whose picture is none.</summary>
    public HashSet<int> Damaged { get; init; } = [];

    public string Group(int index) => group?.Invoke(index) ?? $"{index}";

    public string Place(int index) => $"number {index} in memory";

    public ValueTask<StoredPair> ReadAsync(int index, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _reads);
        var picture = Damaged.Contains(index) ? "no picture"u8.ToArray() : Samples.Picture(index);
        var words = string.Join(' ', Enumerable.Range(0, 1 + (index % 7)).Select(word => $"word{word} of {index}"));
        return ValueTask.FromResult(new StoredPair($"pair-{index}", new Dictionary<string, RawInput>
        {
            ["text"] = new(Encoding.UTF8.GetBytes(words)),
            ["image"] = new(picture),
        }));
    }

    public void Dispose() { }
}
