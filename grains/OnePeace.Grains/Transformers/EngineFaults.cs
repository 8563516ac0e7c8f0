using OnePeace.Contracts.Transformers;
using OnePeace.Engine;
using OnePeace.Engine.Hosting;
using OnePeace.Modalities;

namespace OnePeace.Grains.Transformers;

/// <summary>What the engine throws, as data that crosses a grain boundary unchanged.</summary>
internal static class EngineFaults
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    public static EncodeFault From(Exception exception) => exception switch
    {
        ItemRejectedException e => new EncodeFault(KindOf(e.Fault), e.Message) { Item = e.Index },
        UnknownModalityException e => new EncodeFault(FaultKind.UnknownModality, e.Message),
        EngineOverloadedException e => new EncodeFault(FaultKind.Overloaded, $"{e.Message} Nothing of this request was started: ask again in {Math.Ceiling(e.RetryAfter.TotalSeconds):0} s.")
        {
            RetryAfter = e.RetryAfter,
        },
        OutOfMemoryException => new EncodeFault(FaultKind.Overloaded, "The server has no memory for this request now.") { RetryAfter = Soon },
        PackageRefusedException => new EncodeFault(FaultKind.Overloaded, "A modality of this request cannot be loaded now; the server's log says why.") { RetryAfter = Soon },
        TimeoutException => new EncodeFault(FaultKind.TimedOut, "The request's deadline passed before its turn came.") { RetryAfter = Soon },
        OperationCanceledException => new EncodeFault(FaultKind.Cancelled, "The caller left."),
        EngineUnavailableException => NotReady(TransformerState.Draining),
        _ => new EncodeFault(FaultKind.Internal, "The server failed on this request; its log says why."),
    };

    public static EncodeFault NotReady(TransformerState state) => state switch
    {
        TransformerState.Draining => new EncodeFault(FaultKind.NotReady, "The server is shutting down.") { RetryAfter = TimeSpan.FromSeconds(5) },
        TransformerState.Failed => new EncodeFault(FaultKind.NotReady, "The model cannot be served; the server's log says why."),
        _ => new EncodeFault(FaultKind.NotReady, "The model is still loading.") { RetryAfter = Soon },
    };

    private static FaultKind KindOf(InputFault fault) => fault switch
    {
        InputFault.Malformed => FaultKind.Malformed,
        InputFault.TooLarge => FaultKind.TooLarge,
        InputFault.UnsupportedFormat => FaultKind.UnsupportedFormat,
        _ => FaultKind.Unusable,
    };
}
