using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OnePeace.Benchmarks.Serving;

/// <summary>Sleep to about a tenth of a millisecond, where the runtime's timers know whole ones: a request that leaves late counts as a slow answer.</summary>
internal static class ExactSleep
{
    private const long Second = 1_000_000_000;

    /// <param name="timestamp">Of <see cref="Stopwatch"/>; returns at once where it has passed.</param>
    public static void Until(long timestamp)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp) is { Ticks: > 0 } left)
        {
            var nanoseconds = left.Ticks * TimeSpan.NanosecondsPerTick;
            _ = Sleep(new Duration((nint)(nanoseconds / Second), (nint)(nanoseconds % Second)), 0);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Duration(nint Seconds, nint Nanoseconds);

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int Sleep(in Duration duration, nint remaining);
}
