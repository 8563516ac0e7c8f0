using System.CommandLine;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace test</c>, which the script at the repository's root carries out: an installed program has no tests.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var command = new Command("test", "Names or installs what the tests need, then runs the whole suite (from a clone: ./onepeace test)");
        command.SetAction(int (_) => throw new BadUsageException("the tests live in the repository: run ./onepeace test at its root."));
        return command;
    }
}
