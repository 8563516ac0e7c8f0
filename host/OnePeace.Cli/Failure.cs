using OnePeace.Engine;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities;
using OnePeace.Training.Steps;

namespace OnePeace.Cli;

/// <summary>An input or a file that cannot be used. The message says what, where and what to do.</summary>
internal sealed class BadInputException(string message) : Exception(message);

/// <summary>Arguments that make no sense together.</summary>
internal sealed class BadUsageException(string message) : Exception(message);

/// <summary>Ctrl-C or SIGTERM ended a command that only looked on.</summary>
internal sealed class StoppedException(string message) : Exception(message);

/// <summary>An exception as the one line that a user gets.</summary>
internal static class Failure
{
    private const string TraceVariable = "ONEPEACE_TRACE";

    public static string Describe(Exception exception)
    {
        if (Environment.GetEnvironmentVariable(TraceVariable) == "1") return exception.ToString();
        if (exception is ArgumentException { ParamName: { } name }) return exception.Message.Replace($" (Parameter '{name}')", "");
        return IsForeseen(exception) ? exception.Message : $"unexpected {exception.GetType().Name}: {exception.Message} (set {TraceVariable}=1 to see where)";
    }

    private static bool IsForeseen(Exception exception) => exception
        is BadInputException or InvalidInputException or ItemRejectedException or EngineOverloadedException
        or EngineUnavailableException or PluginLoadException or PackageRefusedException or KeyNotFoundException
        or DivergedException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException or TimeoutException;
}
