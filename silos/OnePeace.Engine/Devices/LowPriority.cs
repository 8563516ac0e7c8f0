using System.Runtime.InteropServices;

namespace OnePeace.Engine.Devices;

/// <summary>Lets a thread stand back behind those that serve.</summary>
internal static partial class LowPriority
{
    private const int PerThread = 0;

    /// <summary>For the calling thread and those that it starts. Where it cannot be done the work competes with serving, no more.</summary>
    /// <param name="niceness">0 to 19, the nicest.</param>
    public static void Take(int niceness)
    {
        if (niceness == 0 || !OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetPriority(PerThread, ThreadId(), niceness);
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library.
        }
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int ThreadId();

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
