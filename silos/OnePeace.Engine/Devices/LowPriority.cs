using System.Runtime.InteropServices;

namespace OnePeace.Engine.Devices;

/// <summary>How much a thread asks of the processors.</summary>
public enum ProcessorClaim
{
    /// <summary>As much as any other.</summary>
    Usual,

    /// <summary>Less than others, but always something.</summary>
    Less,

    /// <summary>Only what no other wants at the moment: whoever wakes takes the processor from it at once.</summary>
    Rest,
}

/// <summary>Lets a thread stand back behind those that serve.</summary>
internal static partial class LowPriority
{
    private const int PerThread = 0, Itself = 0, Nicest = 19, IdleClass = 5;

    /// <summary>For the calling thread and those that it starts. Where it cannot be done the work competes with serving, no more.</summary>
    public static void Take(ProcessorClaim claim)
    {
        if (claim is ProcessorClaim.Usual || !OperatingSystem.IsLinux()) return;
        try
        {
            var priority = 0;   // the class has but one
            if (claim is ProcessorClaim.Rest && SetScheduler(Itself, IdleClass, in priority) == 0) return;
            _ = SetPriority(PerThread, ThreadId(), Nicest);
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

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int who, int policy, in int priority);
}
