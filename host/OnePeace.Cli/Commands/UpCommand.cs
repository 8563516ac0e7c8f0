using System.CommandLine;
using OnePeace.Cli.Hosting;
using OnePeace.Engine;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace up</c>: the whole platform in one process.</summary>
internal static class UpCommand
{
    private const int DefaultPort = 5080;

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The port to serve on; 0 takes a free one", HelpName = "PORT", DefaultValueFactory = _ => DefaultPort };
        var host = new Option<string>("--host") { Description = "The address to serve on; 0.0.0.0 is every one", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var data = SharedOptions.Data();
        var model = SharedOptions.ModelOrDemo();
        Option<string> device = SharedOptions.Device(), type = SharedOptions.DataType();
        var command = new Command("up", "Starts the whole platform in one process; prints 'ready URL KEY' when it serves") { port, host, data, model, device, type };
        command.SetAction((parsed, _) => Platform.RunAsync(new PlatformOptions(
            parsed.GetRequiredValue(host), parsed.GetRequiredValue(port), parsed.GetRequiredValue(data), parsed.GetRequiredValue(model),
            new EngineOptions { Device = parsed.GetRequiredValue(device), DataType = parsed.GetRequiredValue(type) })));
        return command;
    }
}
