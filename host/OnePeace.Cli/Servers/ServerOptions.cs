using System.CommandLine;
using OnePeace.Client;

namespace OnePeace.Cli.Servers;

/// <summary>Which server a command talks to, and as whom: <c>--server</c> and <c>--key</c>, or two variables of the environment.</summary>
internal sealed class ServerOptions
{
    private const string Default = "http://127.0.0.1:5080", ServerVariable = "ONEPEACE_SERVER", KeyVariable = "ONEPEACE_KEY";

    private readonly Option<string?> _server = new("--server") { Description = $"The server's address; by default {ServerVariable}, else {Default}", HelpName = "URL" };
    private readonly Option<string?> _key = new("--key") { Description = $"The key, op_...; by default {KeyVariable}", HelpName = "K" };

    public ServerOptions(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_key);
    }

    /// <summary>Whether a server was named on the command line.</summary>
    public bool IsNamed(ParseResult parsed) => parsed.GetValue(_server) is not null;

    /// <summary>Calls the server; what it refuses, and that there is none, becomes the one line that a user gets.</summary>
    /// <exception cref="BadUsageException">There is no key, or the address is none.</exception>
    /// <exception cref="BadInputException">The server refused, or did not answer.</exception>
    public async Task<T> CallAsync<T>(ParseResult parsed, Func<OnePeaceClient, Task<T>> call)
    {
        var address = Address(Given(parsed.GetValue(_server)) ?? Given(Environment.GetEnvironmentVariable(ServerVariable)) ?? Default);
        var key = Given(parsed.GetValue(_key)) ?? Given(Environment.GetEnvironmentVariable(KeyVariable)) ?? throw new BadUsageException(
            $"no key: give --key op_..., or set {KeyVariable}. 'onepeace up' prints the key when it starts for the first time.");
        using var client = new OnePeaceClient(address, key);
        try
        {
            return await call(client);
        }
        catch (OnePeaceApiException e)
        {
            throw new BadInputException($"{e.Message} ({e.Code})");
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new BadInputException($"no server answers at {Shown(address)}: start one with 'onepeace up', or give another address with --server.");
        }
        catch (HttpRequestException e)
        {
            throw new BadInputException($"the server at {Shown(address)} broke off: {e.Message}");
        }
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new BadUsageException($"--server {text}: expected an address such as {Default}.");

    private static string Shown(Uri address) => address.AbsoluteUri.TrimEnd('/');

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
