using System.CommandLine;
using OnePeace.Cli.Outputs;
using OnePeace.Cli.Servers;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality list</c>: what a server has.</summary>
internal static class ModalityListCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("list", "Lists a server's modalities and their versions: states, and why one was refused") { json };
        var server = new ServerOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var modalities = await server.CallAsync(parsed, client => client.ModalitiesAsync(cancellation));
            if (parsed.GetValue(json)) Report.Print(true, ModalityFacts.List(modalities.Select(ModalityFacts.Of)));
            else ModalityReport.Print(modalities);
        });
        return command;
    }
}
