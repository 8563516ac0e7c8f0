using System.Text.RegularExpressions;

namespace OnePeace.Architecture.Tests;

/// <summary>Just enough of C#'s lexical grammar to tell code from comments.</summary>
internal static partial class CSharpText
{
    /// <summary>The source without its comments; strings stay.</summary>
    public static string WithoutComments(string source) =>
        CommentOrString().Replace(source, match => match.Value[0] == '/' ? " " : match.Value);

    /// <summary>The words of identifiers and strings, in lower case: <c>EncodeTextAsync</c> has <c>encode</c>, <c>text</c> and <c>async</c>.</summary>
    public static IEnumerable<string> Words(string code) => Word().Matches(code).Select(match => match.Value.ToLowerInvariant());

    [GeneratedRegex(""""//[^\n]*|/\*.*?\*/|(?<quotes>"{3,}).*?\k<quotes>|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'"""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")]
    private static partial Regex Word();
}
