using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using OnePeace.Cli.Commands;

namespace OnePeace.Cli;

/// <summary>The <c>onepeace</c> command: exit code 0 for success, 1 for bad input, 2 for bad usage, 130 where a command that only looked on was stopped.</summary>
internal static partial class CommandLine
{
    private const int BadInput = 1, BadUsage = 2, Stopped = 130;

    public static async Task<int> RunAsync(string[] arguments)
    {
        // No response files: "@home" is a text like any other.
        var parser = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        var parsed = Create().Parse(arguments.Length == 0 ? ["--help"] : arguments, parser);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction or null)
            return Fail(BadUsage, Describe(parsed));
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (BadUsageException e)
        {
            return Fail(BadUsage, e.Message);
        }
        catch (StoppedException e)
        {
            return Fail(Stopped, e.Message);
        }
        catch (Exception e)
        {
            return Fail(BadInput, Failure.Describe(e));
        }
    }

    private static RootCommand Create() => new("ONE-PEACE as a platform: text, images and sounds become vectors in one space.")
    {
        UpCommand.Create(),
        EmbedCommand.Create(),
        PreprocessCommand.Create(),
        InspectCommand.Create(),
        ConvertCommand.Create(),
        EvalCommand.Create(),
        ModelCommand.Create(),
        DatasetCommand.Create(),
        ModalityCommand.Create(),
        TrainCommand.Create(),
        RunsCommand.Create(),
        TestCommand.Create(),
    };

    private static string Describe(ParseResult parsed)
    {
        // "Required command was not provided" comes before the word that was not understood.
        var error = parsed.UnmatchedTokens is [var first, ..] ? $"'{first}' is no command and no option here." : parsed.Errors[0].Message;
        if (UnfitValue().Match(error) is { Success: true } unfit)
            error = $"{unfit.Groups["option"]}: expected {(unfit.Groups["type"].Value.Contains("Int") ? "a whole number" : "a number")}, but got '{unfit.Groups["value"]}'.";
        return $"{error} See '{PathOf(parsed.CommandResult)} --help'.";
    }

    /// <summary>What the parser says of a value that is no number.</summary>
    [GeneratedRegex("argument '(?<value>.*)' for option '(?<option>.*?)' as expected type '(?<type>.*(Int|Double|Single|Decimal).*)'")]
    private static partial Regex UnfitValue();

    private static string PathOf(CommandResult command) => command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "onepeace";

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine($"onepeace: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}
