using System.Runtime.InteropServices;

namespace OnePeace.Engine.Devices;

/// <summary>Tells failures of an input from failures of the device, after which no result can be trusted.</summary>
internal static class DeviceFault
{
    private static readonly string[] Signs = ["CUDA error", "CUBLAS_STATUS", "CUDNN_STATUS", "cuDNN error", "device-side assert"];

    /// <summary>How torch says that it was asked for more than there is.</summary>
    private static readonly string[] OutOfMemorySigns = ["CUDA out of memory", "DefaultCPUAllocator", "std::bad_alloc"];

    /// <summary>Whether the process should serve no more. Native errors reach managed code as <see cref="ExternalException"/>.</summary>
    public static bool IsFatal(Exception exception) => !IsOutOfMemory(exception) && exception switch
    {
        SEHException => true,
        ExternalException external => Signs.Any(sign => external.Message.Contains(sign, StringComparison.OrdinalIgnoreCase)),
        { InnerException: { } inner } => IsFatal(inner),
        _ => false,
    };

    /// <summary>Whether a request was too large, after which the device is as good as before.</summary>
    public static bool IsOutOfMemory(Exception exception) => exception switch
    {
        OutOfMemoryException => true,
        ExternalException external => OutOfMemorySigns.Any(sign => external.Message.Contains(sign, StringComparison.OrdinalIgnoreCase)),
        { InnerException: { } inner } => IsOutOfMemory(inner),
        _ => false,
    };
}
