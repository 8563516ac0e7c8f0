using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Devices;

/// <summary>How many batches are computed at once, each on a thread of its own, and how many threads torch uses inside each.</summary>
/// <remarks>
/// Threads inside a batch wait for one another after every operation. Where anything else runs on the machine, one of them waits for a processor meanwhile: with two
/// processors, one batch on both took five to ten times as long as on one (docs/benchmarks.md). So a CPU has a slot a processor, up to <see cref="MostByItself"/>.
/// </remarks>
internal sealed record DeviceSlots(int Count, int TorchThreads)
{
    /// <summary>Each slot streams all weights through the caches.</summary>
    private const int MostByItself = 8;

    /// <param name="options">What they say goes; the rest fits the processors.</param>
    /// <param name="device">Where batches are computed.</param>
    /// <param name="processors">How many the process may use.</param>
    public static DeviceSlots For(EngineOptions options, Device device, int processors)
    {
        if (device.type == DeviceType.CUDA) return new(Math.Max(1, options.Slots), Math.Max(1, options.TorchThreads));
        var free = Math.Max(1, processors - (options.LeavesProcessorToTraining ? 1 : 0));
        var count = options.Slots > 0 ? options.Slots : Math.Clamp(free / Math.Max(1, options.TorchThreads), 1, MostByItself);
        return new(count, options.Deterministic ? 1 : options.TorchThreads > 0 ? options.TorchThreads : Math.Max(1, free / count));
    }
}
