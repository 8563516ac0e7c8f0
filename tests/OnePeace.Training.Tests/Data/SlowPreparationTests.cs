using OnePeace.Modalities;
using OnePeace.Training.Data;

namespace OnePeace.Training.Tests.Data;

/// <summary>Inputs that take too long: the machine may be to blame, so no pair is.</summary>
public class SlowPreparationTests
{
    private static readonly TimeSpan _short = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ways => ["blocks", "never answers", "heeds cancellation", "has a limit of its own"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_preprocessor_that_never_comes_back_ends_the_run_and_names_the_pair(string way)
    {
        using var forever = new ManualResetEventSlim();
        var attempts = 0;
        await using var loader = Loader(async (_, cancellation) =>
        {
            Interlocked.Increment(ref attempts);
            await HangAsync(way, forever, cancellation);
            return MadeUpPreprocessor.Square(4);
        });
        var lost = await Assert.ThrowsAsync<LostDataException>(() => FirstAsync(loader));
        forever.Set();
        Assert.Matches("^Pair 'pair-[01]': its image was tried twice, but not prepared within 1 s", lost.Message);
        Assert.Equal(0, loader.Bad.Count);
        Assert.InRange(attempts, 4, 8);   // two pairs, and perhaps the batch ahead
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_input_that_is_slow_only_once_makes_no_pair_bad(string way)
    {
        using var forever = new ManualResetEventSlim();
        var attempts = 0;
        await using var loader = Loader(async (_, cancellation) =>
        {
            if (Interlocked.Increment(ref attempts) == 1) await HangAsync(way, forever, cancellation);
            return MadeUpPreprocessor.Square(4);
        }, most: TimeSpan.FromSeconds(3));
        Assert.Equal(2, (await FirstAsync(loader)).Size);
        forever.Set();
        Assert.Equal(0, loader.Bad.Count);
    }

    private static Task HangAsync(string way, ManualResetEventSlim forever, CancellationToken cancellation)
    {
        switch (way)
        {
            case "blocks":
                forever.Wait(CancellationToken.None);
                return Task.CompletedTask;
            case "never answers":
                return new TaskCompletionSource().Task;
            case "heeds cancellation":
                return Task.Delay(Timeout.Infinite, cancellation);
            default:
                throw new InvalidInputException(InputFault.Unusable, "It must decode within 1 s.") { TookTooLong = true };
        }
    }

    private static PairLoader Loader(Func<RawInput, CancellationToken, Task<PreparedInput>> prepare, TimeSpan? most = null) => new(
        new MemoryPairs(2), new PairSampler(new MemoryPairs(2), 2, seed: 1), Samples.Text, Samples.Image with { Preprocessor = new MadeUpPreprocessor(prepare) },
        new PairLoaderOptions { PrepareLimit = most ?? _short, Prefetch = 1, Grace = _short });

    private static async Task<PreparedPairs> FirstAsync(PairLoader loader) =>
        await loader.ReadAsync(0, Cancellation).FirstAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
}
