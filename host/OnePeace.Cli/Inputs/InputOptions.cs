using System.CommandLine;
using System.CommandLine.Parsing;

namespace OnePeace.Cli.Inputs;

/// <summary>The options that bring inputs, for whatever modalities are packaged with this installation.</summary>
internal sealed class InputOptions
{
    private readonly Dictionary<string, (string? Modality, SourceKind Kind)> _meaning = [];

    /// <summary>Adds <c>--NAME V...</c> and <c>--NAME-file F...</c> for every modality; those whose names are taken have <c>--modality</c> only.</summary>
    public InputOptions(Command command, IEnumerable<string> modalities)
    {
        var taken = command.Options.Select(option => option.Name).ToHashSet();
        foreach (var name in modalities)
        {
            if (!taken.Contains($"--{name}"))
                Add(command, new($"--{name}") { Description = $"Inputs of the modality {name}: strings where it takes text, else files", HelpName = "V" }, name, SourceKind.Value);
            if (!taken.Contains($"--{name}-file"))
                Add(command, new($"--{name}-file") { Description = "The same, one a line of a file; .jsonl: one JSON string a line", HelpName = "F" }, name, SourceKind.List);
        }
    }

    /// <summary>Adds <c>--modality NAME F...</c>: files of any modality.</summary>
    public void AddGeneric(Command command) =>
        Add(command, new("--modality") { Description = "A modality's name, then files of it", HelpName = "NAME F" }, null, SourceKind.File);

    /// <summary>The inputs in the order of the command line.</summary>
    /// <exception cref="BadUsageException"><c>--modality</c> came without a name or without files.</exception>
    public IReadOnlyList<InputSource> Read(ParseResult parsed) =>
    [
        .. from @group in Groups(parsed.Tokens)
           where _meaning.ContainsKey(@group.Option)
           let meaning = _meaning[@group.Option]
           from source in Named(meaning.Modality, meaning.Kind, @group.Values)
           select source,
    ];

    private void Add(Command command, Option<string[]> option, string? modality, SourceKind kind)
    {
        option.AllowMultipleArgumentsPerToken = true;
        option.Arity = ArgumentArity.OneOrMore;
        command.Options.Add(option);
        _meaning.Add(option.Name, (modality, kind));
    }

    private static IEnumerable<InputSource> Named(string? modality, SourceKind kind, List<string> values)
    {
        if (modality is not null) return values.Select(value => new InputSource(modality, value, kind));
        if (values.Count < 2)
            throw new BadUsageException($"--modality wants a modality's name and files of it, but got '{string.Join(' ', values)}'.");
        return values.Skip(1).Select(value => new InputSource(values[0], value, kind));
    }

    /// <summary>Every option with the arguments that follow it; "" before the first option.</summary>
    private static List<(string Option, List<string> Values)> Groups(IEnumerable<Token> tokens)
    {
        List<(string Option, List<string> Values)> groups = [("", [])];
        foreach (var token in tokens)
            if (token.Type == TokenType.Option) groups.Add((token.Value, []));
            else if (token.Type == TokenType.Argument) groups[^1].Values.Add(token.Value);
        return groups;
    }
}
