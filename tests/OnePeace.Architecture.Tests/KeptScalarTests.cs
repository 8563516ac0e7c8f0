using System.Text.RegularExpressions;

namespace OnePeace.Architecture.Tests;

/// <summary>Tensor operations whose temporary scalar a garbage collection can free while it is read (<c>OnePeace.Modalities.Layers.TensorSums</c> says how).</summary>
public sealed partial class KeptScalarTests
{
    [Fact]
    public void No_tensor_operation_takes_a_number_that_nobody_keeps() => Assert.Empty(Unkept(Repository.Files));

    [Theory]
    [InlineData("var sum = tokens.add(positions);")]
    [InlineData("joint.narrow(2, start, length).add_(Bias(a, b));")]
    [InlineData("x.mul(0.5)")]
    [InlineData("x.clamp_(-1, 1)")]
    [InlineData("mask.masked_fill(hidden, 0)")]
    [InlineData("scores.masked_fill(padding.view(1, -1), float.NegativeInfinity)")]
    [InlineData("gamma.fill_(1e-6)")]
    [InlineData("arange(0, length)")]
    [InlineData("linalg.vector_norm(gradient)")]
    public void A_number_that_nobody_keeps_is_noticed(string source)
    {
        Assert.Single(Unkept([new("silos/A/A.cs", $"using static TorchSharp.torch; {source}")]));
        Assert.Empty(Unkept([new("tests/A/A.cs", $"using static TorchSharp.torch; {source}")]));
        Assert.Empty(Unkept([new("silos/A/A.cs", source)]));
    }

    [Theory]
    [InlineData("tokens.add(positions, One)")]
    [InlineData("x.mul(half).sub(One).mul(other.sign())")]
    [InlineData("mask.masked_fill(hidden, Zero)")]
    [InlineData("list.Add(1); set.add_more(1);")]
    public void Kept_numbers_and_other_calls_are_not_noticed(string source) => Assert.Empty(Unkept([new("silos/A/A.cs", $"using static TorchSharp.torch; {source}")]));

    private static IReadOnlyList<string> Unkept(IEnumerable<SourceFile> files) =>
    [
        .. from file in files
           where file.IsCSharp && !file.IsTest && file.Text.Contains("TorchSharp", StringComparison.Ordinal)
           let code = CSharpText.WithoutComments(file.Text)
           from Match call in Operation().Matches(code)
           let arguments = Arguments(code, call.Index + call.Length)
           where IsNorm(call.Groups[2].Value) || (TakesAlone(call.Groups[1].Value) ? arguments.Count == 1 : arguments.Any(argument => Number().IsMatch(argument)))
           select $"{file}: {call.Value}{string.Join(", ", arguments)})",
    ];

    /// <summary>Makes up its order, whatever it is given; <c>Tensor.norm</c> does not.</summary>
    private static bool IsNorm(string name) => name is "linalg.vector_norm";

    /// <summary>With one argument a factor of 1 is made up.</summary>
    private static bool TakesAlone(string name) => name is "add" or "add_";

    /// <summary>From behind the opening parenthesis to its closing one, cut at the commas between.</summary>
    private static IReadOnlyList<string> Arguments(string code, int start)
    {
        var arguments = new List<string>();
        var depth = 0;
        for (var at = start; at < code.Length; at++)
        {
            if (code[at] is '(' or '[' or '{') depth++;
            else if (depth > 0 && code[at] is ')' or ']' or '}') depth--;
            else if (depth == 0 && code[at] is ',' or ')')
            {
                arguments.Add(code[start..at].Trim());
                start = at + 1;
                if (code[at] == ')') break;
            }
        }
        return arguments;
    }

    [GeneratedRegex(@"(?:\.(add|add_|sub|sub_|mul|mul_|div|div_|pow|clamp|clamp_|eq|ne|lt|le|gt|ge|fill_|masked_fill|masked_fill_|remainder|lerp)|(?<![.\w])(arange|full|linalg\.vector_norm))\(")]
    private static partial Regex Operation();

    [GeneratedRegex(@"^(\(\w+\)\s*)?(-?\d|(float|double)\.|0x|Math\.)")]
    private static partial Regex Number();
}
