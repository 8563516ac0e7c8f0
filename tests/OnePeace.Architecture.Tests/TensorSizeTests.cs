using System.Text.RegularExpressions;

namespace OnePeace.Architecture.Tests;

/// <summary>Reads of a tensor's sizes that leave a native stub to the garbage collector (<c>OnePeace.Modalities.Layers.TensorSizes</c> says how).</summary>
public sealed partial class TensorSizeTests
{
    [Fact]
    public void Nothing_but_tests_reads_sizes_through_a_native_callback() => Assert.Empty(Reads(Repository.Files));

    [Theory]
    [InlineData("var batch = tokens.shape[0];")]
    [InlineData("x.view([.. ids.shape, width])")]
    [InlineData("bias?.shape")]
    [InlineData("x.size()")]
    [InlineData("x.expand_as(y)")]
    [InlineData("x.view_as(y)")]
    [InlineData("x.stride()")]
    public void Such_a_read_is_noticed(string source)
    {
        Assert.Single(Reads([new("silos/A/A.cs", $"using static TorchSharp.torch; {source}")]));
        Assert.Empty(Reads([new("tests/A/A.cs", $"using static TorchSharp.torch; {source}")]));
        Assert.Empty(Reads([new("silos/A/A.cs", source)]));
    }

    [Theory]
    [InlineData("tokens.size(0); tokens.Sizes(); core.Shape; // tokens.shape")]
    [InlineData("throw new InvalidDataException(\"Expected 'core.shape' in the manifest.\");")]
    public void Other_reads_are_not_noticed(string source) => Assert.Empty(Reads([new("silos/A/A.cs", $"using static TorchSharp.torch; {source}")]));

    private static IReadOnlyList<string> Reads(IEnumerable<SourceFile> files) =>
    [
        .. from file in files
           where file.IsCSharp && !file.IsTest && file.Text.Contains("TorchSharp", StringComparison.Ordinal)
           from Match read in Read().Matches(CSharpText.WithoutComments(file.Text))
           select $"{file}: {read.Value}",
    ];

    [GeneratedRegex(@"(?<!'\w+)\.(?:shape\b|size\(\)|stride\(\)|(?:expand|view|reshape)_as\()")]
    private static partial Regex Read();
}
