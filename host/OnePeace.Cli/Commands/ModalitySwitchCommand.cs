using System.CommandLine;
using OnePeace.Cli.Outputs;
using OnePeace.Cli.Servers;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality switch</c>: another version serves.</summary>
internal static class ModalitySwitchCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The modality" };
        var version = new Argument<string>("VERSION") { Description = "One of its versions, as 'list' shows them" };
        var json = SharedOptions.Json();
        var command = new Command("switch", "Makes another version of a modality the one that serves, without a pause") { name, version, json };
        var server = new ServerOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var wanted = parsed.GetRequiredValue(version);
            var modality = await server.CallAsync(parsed, client => client.SwitchModalityAsync(parsed.GetRequiredValue(name), wanted, cancellation));
            if (parsed.GetValue(json)) Report.Print(true, ModalityFacts.Of(modality));
            else ModalityReport.Print(modality, wanted);
        });
        return command;
    }
}
