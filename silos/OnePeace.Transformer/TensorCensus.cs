using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>How many tensors are alive in this process.</summary>
/// <remarks>TorchSharp's own count rises by one for every Parameter ever created: a Parameter takes its tensor's handle over, and that tensor is counted for ever.</remarks>
public static class TensorCensus
{
    private static long _parameters;

    public static long Live => Tensor.TotalCount - Volatile.Read(ref _parameters);

    /// <summary>Remembers the parameters of a module that was just built.</summary>
    internal static void Built(nn.Module module) => Interlocked.Add(ref _parameters, module.parameters().Count());
}
