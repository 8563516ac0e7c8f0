using System.CommandLine;
using OnePeace.Cli.Outputs;
using OnePeace.Cli.Servers;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality events</c>: what happened on a server.</summary>
internal static class ModalityEventsCommand
{
    public static Command Create()
    {
        var after = new Option<long>("--after") { Description = "Only what came after the event of this number", HelpName = "N" };
        var json = SharedOptions.Json();
        var command = new Command("events", "Lists what happened to a server's modalities since it started, oldest first") { after, json };
        var server = new ServerOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var events = await server.CallAsync(parsed, client => client.EventsAsync(parsed.GetValue(after), cancellation));
            if (parsed.GetValue(json)) Report.Print(true, ModalityFacts.List(events.Select(ModalityFacts.Of)));
            else ModalityReport.Print(events);
        });
        return command;
    }
}
