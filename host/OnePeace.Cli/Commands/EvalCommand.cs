using System.CommandLine;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace eval</c>: how good a model is.</summary>
internal static class EvalCommand
{
    public static Command Create() => new("eval", "Measures a model on a data set")
    {
        EvalRetrievalCommand.Create(),
    };
}
