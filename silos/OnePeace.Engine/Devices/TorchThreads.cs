using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OnePeace.Engine.Devices;

/// <summary>How many threads torch uses for the operations of one thread of ours, whatever others ask for.</summary>
internal static partial class TorchThreads
{
    /// <summary>For the calling thread. torch's own setting is partly the process's: a thread takes the last one up with its first operation, and the matrix library always.</summary>
    public static void Use(int count)
    {
        _ = get_num_threads();   // the first operation's setting, so that none comes after ours
        set_num_threads(count);
        try
        {
            _ = SetForThisThread(count);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // This build of torch multiplies matrices with another library.
        }
    }

    [LibraryImport("libtorch_cpu", EntryPoint = "MKL_Set_Num_Threads_Local")]
    private static partial int SetForThisThread(int count);
}
