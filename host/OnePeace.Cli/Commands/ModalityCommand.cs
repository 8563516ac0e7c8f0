using System.CommandLine;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality</c>: modality packages from an author's folder to a server.</summary>
internal static class ModalityCommand
{
    public static Command Create() => new("modality", "Makes and checks modality packages; attaches them to a server, switches and detaches them")
    {
        ModalityNewCommand.Create(),
        ModalityPackCommand.Create(),
        ModalityVerifyCommand.Create(),
        ModalityAddCommand.Create(),
        ModalityListCommand.Create(),
        ModalitySwitchCommand.Create(),
        ModalityRemoveCommand.Create(),
        ModalityEventsCommand.Create(),
        ModalityAllowCommand.Create(),
    };
}
