using System.CommandLine;
using OnePeace.Cli.Outputs;
using OnePeace.Cli.Servers;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality remove</c>: a modality, or one version of it, leaves a server.</summary>
internal static class ModalityRemoveCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "A modality that came as a package" };
        var version = new Option<string?>("--version") { Description = "Only this version, which must not be the one that serves", HelpName = "V" };
        var json = SharedOptions.Json();
        var command = new Command("remove", "Detaches a modality from a server and forgets its versions; requests under way are answered") { name, version, json };
        var server = new ServerOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var removed = parsed.GetRequiredValue(name);
            var only = parsed.GetValue(version);
            var modality = await server.CallAsync(parsed, client => client.RemoveModalityAsync(removed, only, cancellation));
            if (parsed.GetValue(json)) Report.Print(true, ModalityFacts.Of(modality));
            else Console.Out.WriteLine(only is null ? $"{removed} is {modality.State}" : $"{removed} {only} is removed; {modality.Version} is {modality.State}");
        });
        return command;
    }
}
