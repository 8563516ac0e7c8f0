using OnePeace.Grains.Runs;
using OnePeace.Modalities;
using OnePeace.Training.Data;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>Which pairs become a package's canaries.</summary>
public sealed class RunSamplesTests
{
    [Fact]
    public async Task Inputs_that_are_damaged_empty_too_long_or_refused_are_passed_over()
    {
        byte[]?[] inputs = [null, [], [0], [200], [201], [1], [2]];
        var taken = new List<byte>();
        for (var index = 0; index < inputs.Length; index++)
        {
            if (await RunSamples.TryReadAsync(new Pairs(inputs), index, "smell", new Nose(), TestContext.Current.CancellationToken) is { } bytes) taken.AddRange(bytes);
        }
        Assert.Equal([1, 2], taken);
    }

    [Fact]
    public async Task Who_gives_up_is_not_taken_for_a_bad_input()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunSamples.TryReadAsync(new Pairs([[1]]), 0, "smell", new Nose(), stop.Token));
    }

    /// <summary>0 is no smell, 200 has no tokens and 201 too many.</summary>
    private sealed class Nose : IPreprocessor
    {
        public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return ValueTask.FromResult(new PreparedInput([], input.Bytes.Span[0] switch { 0 => throw new ArithmeticException(), 200 => 0, 201 => 100_000, _ => 4 }));
        }
    }

    private sealed class Pairs(byte[]?[] inputs) : IPairSource
    {
        public int Count => inputs.Length;

        public string Group(int index) => $"{index}";

        public string Place(int index) => $"number {index}";

        public ValueTask<StoredPair> ReadAsync(int index, CancellationToken cancellation) => inputs[index] is { } bytes
            ? ValueTask.FromResult(new StoredPair($"{index}", new Dictionary<string, RawInput> { ["smell"] = new(bytes) }))
            : throw new BadPairException("It is damaged.");

        public void Dispose()
        {
        }
    }
}
