using System.CommandLine;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality</c>: modality packages from an author's folder to a server.</summary>
internal static class ModalityCommand
{
    public static Command Create() => new("modality", "Makes and checks modality packages")
    {
        ModalityNewCommand.Create(),
        ModalityPackCommand.Create(),
        ModalityVerifyCommand.Create(),
    };
}
