namespace OnePeace.Cli.Inputs;

/// <summary>How an argument stands for inputs.</summary>
internal enum SourceKind
{
    /// <summary>One input: the string itself where the modality takes text, else a file.</summary>
    Value,

    /// <summary>One input: a file.</summary>
    File,

    /// <summary>A file of inputs, one a line; in <c>.jsonl</c> one JSON string a line.</summary>
    List,
}

/// <summary>An argument of the command line that brings one or several inputs.</summary>
internal sealed record InputSource(string Modality, string Argument, SourceKind Kind);

/// <summary>One input, read when its turn comes.</summary>
/// <param name="Modality">Whose input it is.</param>
/// <param name="Label">What it is called in messages and listings: the text, or the file's path.</param>
/// <param name="Read">Its raw bytes.</param>
internal sealed record InputRow(string Modality, string Label, Func<ReadOnlyMemory<byte>> Read)
{
    private const int LongestLabel = 60;

    /// <summary>The label, short enough for a message.</summary>
    public string ShortLabel => Label.Length <= LongestLabel ? Label : Label[..LongestLabel] + "...";
}
