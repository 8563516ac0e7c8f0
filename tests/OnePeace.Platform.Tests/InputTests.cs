using System.CommandLine;
using System.Text;
using OnePeace.Cli;
using OnePeace.Cli.Inputs;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

/// <summary>How arguments become inputs.</summary>
public sealed class InputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inputs_keep_the_order_of_the_command_line_across_options() =>
        Assert.Equal(
            ["text:a", "text:b", "smell:x.bin", "text:-c", "text:@d", "smell:y.bin", "smell:z.bin", "text:"],
            Read("--text", "a", "b", "--modality", "smell", "x.bin", "--text", "-c", "@d", "--smell", "y.bin", "z.bin", "--text", "")
                .Select(source => $"{source.Modality}:{source.Argument}"));

    [Theory]
    [InlineData("--modality")]
    [InlineData("--modality", "smell")]
    public void A_modality_without_files_is_bad_usage(params string[] arguments) => Assert.ThrowsAny<Exception>(() => Read(arguments));

    [Fact]
    public void A_list_of_texts_has_one_a_line_whatever_the_line_ends_are()
    {
        var file = _folder.Write("texts.txt", [0xEF, 0xBB, 0xBF, .. "a cat\r\n\n  zwei Hunde\rund eine Katze\nlast"u8]);
        Assert.Equal(["a cat", "", "  zwei Hunde\rund eine Katze", "last"], Labels("text", file));
    }

    [Fact]
    public void A_list_in_jsonl_has_one_JSON_string_a_line()
    {
        var file = _folder.Write("texts.jsonl", "\"two\\nlines\"\n\n\"caf\\u00e9\"\n"u8);
        Assert.Equal(["two\nlines", "café"], Labels("text", file));
    }

    [Theory]
    [InlineData("\"a\"\n{\"text\": \"b\"}\n")]
    [InlineData("\"a\"\nb\n")]
    [InlineData("\"a\"\nnull\n")]
    [InlineData("\"a\"\n\"\\ud800\"\n")]
    public void A_line_of_jsonl_that_is_no_string_is_named(string content)
    {
        var file = _folder.Write("texts.jsonl", Encoding.UTF8.GetBytes(content));
        Assert.Contains("texts.jsonl, line 2", Assert.Throws<BadInputException>(() => Labels("text", file)).Message);
    }

    [Fact]
    public void A_list_of_files_has_one_path_a_line()
    {
        var sound = _folder.Write("sound.bin", [1, 2, 3]);
        var rows = new InputReader(IsText).Read([new("smell", _folder.Write("list.txt", Encoding.UTF8.GetBytes(sound)), SourceKind.List)]);
        Assert.Equal([1, 2, 3], Assert.Single(rows).Read().ToArray());
    }

    [Fact]
    public void A_missing_file_and_an_empty_list_are_bad_input()
    {
        Assert.Throws<BadInputException>(() => Labels("text", _folder["none.txt"]));
        Assert.Throws<BadInputException>(() => Labels("text", _folder.Write("empty.txt", [])));
        Assert.Throws<BadInputException>(() => new InputReader(IsText).Read([new("smell", _folder["none.bin"], SourceKind.Value)]));
    }

    private static bool IsText(string modality) => modality == "text";

    private static IEnumerable<string> Labels(string modality, string list) =>
        new InputReader(IsText).Read([new(modality, list, SourceKind.List)]).Select(row => row.Label);

    private static IReadOnlyList<InputSource> Read(params string[] arguments)
    {
        var command = new Command("do") { new Option<string>("--model") };
        var inputs = new InputOptions(command, ["text", "smell"]);
        inputs.AddGeneric(command);
        return inputs.Read(command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null }));
    }
}
