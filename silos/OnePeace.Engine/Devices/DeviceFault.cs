using System.Runtime.InteropServices;

namespace OnePeace.Engine.Devices;

/// <summary>Tells failures of an input from failures of the device, after which no result can be trusted.</summary>
internal static class DeviceFault
{
    private static readonly string[] Signs =
        ["CUDA error", "CUDA out of memory", "CUBLAS_STATUS", "CUDNN_STATUS", "cuDNN error", "device-side assert", "DefaultCPUAllocator", "std::bad_alloc"];

    /// <summary>Whether the process should serve no more. Native errors reach managed code as <see cref="ExternalException"/>.</summary>
    public static bool IsFatal(Exception exception) => exception switch
    {
        OutOfMemoryException or SEHException => true,
        ExternalException external => Signs.Any(sign => external.Message.Contains(sign, StringComparison.OrdinalIgnoreCase)),
        { InnerException: { } inner } => IsFatal(inner),
        _ => false,
    };
}
