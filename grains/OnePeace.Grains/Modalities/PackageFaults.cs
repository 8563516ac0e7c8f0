using OnePeace.Contracts.Modalities;
using OnePeace.Engine.Hosting;

namespace OnePeace.Grains.Modalities;

/// <summary>Why a package was refused, as data that crosses a grain boundary unchanged.</summary>
internal static class PackageFaults
{
    public static ModalityFault From(Exception exception) => exception switch
    {
        PackageRefusedException e => new ModalityFault(KindOf(e.Fault), e.Message),
        OperationCanceledException => new ModalityFault(ModalityFaultKind.Unavailable, "The server is shutting down, or the caller left."),
        _ => new ModalityFault(ModalityFaultKind.Internal, "The server failed on this package; its log says why."),
    };

    private static ModalityFaultKind KindOf(PackageFault fault) => fault switch
    {
        PackageFault.NotAllowed => ModalityFaultKind.NotAllowed,
        PackageFault.WrongCore => ModalityFaultKind.WrongCore,
        PackageFault.NameTaken => ModalityFaultKind.Conflict,
        PackageFault.NoRoom => ModalityFaultKind.Unavailable,
        _ => ModalityFaultKind.Refused,
    };
}
