using System.Diagnostics;
using OnePeace.Engine;

namespace OnePeace.Benchmarks.Loading;

/// <summary>Callers of the model's own modalities that never stop, each waiting for its answer; measured in windows.</summary>
internal sealed class SteadyLoad(EncodingEngine engine)
{
    private static readonly (string Modality, int Callers)[] Callers = [("text", 3), ("image", 1)];

    public MeasuredWindows Windows { get; } = new([.. Callers.Select(caller => caller.Modality)]);

    /// <summary>Begins; disposing waits for the last answers.</summary>
    public IAsyncDisposable Start()
    {
        var stop = new CancellationTokenSource();
        var running = Callers.SelectMany(caller => Enumerable.Repeat(caller.Modality, caller.Callers)).Select(modality => Task.Run(() => CallAsync(modality, stop.Token))).ToArray();
        return new Running(stop, Task.WhenAll(running));
    }

    private async Task CallAsync(string modality, CancellationToken stop)
    {
        var input = RawInputs.Of(modality, seed: 1);
        while (!stop.IsCancellationRequested)
        {
            var window = Windows.Now;
            var start = Stopwatch.GetTimestamp();
            try
            {
                await OthersBenchmark.EncodeAsync(engine, modality, input);
                window?[modality].Add(Stopwatch.GetElapsedTime(start));
            }
            catch (Exception e)
            {
                Windows.Failed(modality, e);
            }
        }
    }

    private sealed class Running(CancellationTokenSource stop, Task callers) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await callers;
            stop.Dispose();
        }
    }
}
