using System.Runtime.InteropServices;
using System.Text;
using OnePeace.Modalities;
using OnePeace.Modalities.Testing;

namespace ExampleSeriesPlugin.Tests;

public class ExampleSeriesTests
{
    private static readonly ModalityConformance Conformance = ModalityConformance.Of<ExampleSeriesModality>();

    public static TheoryData<string> Checks => [.. ModalityConformance.Checks];

    /// <summary>What every modality must hold to; the samples that modality.json names are the inputs.</summary>
    [Theory, MemberData(nameof(Checks))]
    public void Conforms(string check) => Conformance.Check(check);

    [Theory]
    [InlineData("1\n2.5\n-3\n")]
    [InlineData("\uFEFF# a comment\r\n1; 2.5\r\n\r\n-3 # another")]
    [InlineData("1,2.5\t-3")]
    public async Task Numbers_are_read_however_they_are_separated(string text)
    {
        var input = await PrepareAsync(text);
        Assert.Equal(2, input.Tokens);
        var patches = MemoryMarshal.Cast<byte, float>(input.Fields[0].Value.Bytes.Span).ToArray();
        Assert.Equal([1, 2.5f, -3, 0], patches[..4]);
        Assert.Equal([1, 1, 1, 0], patches[16..20]);
    }

    [Theory]
    [InlineData("1\ntwo\n", "Line 2 must hold numbers within 0 ± 10000, but holds 'two'")]
    [InlineData("1\n\n1e9", "Line 3 must hold numbers")]
    [InlineData("# nothing", "at least one number")]
    public async Task A_fault_is_named_with_its_place(string text, string expected) =>
        Assert.Contains(expected, (await Assert.ThrowsAsync<InvalidInputException>(() => PrepareAsync(text))).Message);

    private static Task<PreparedInput> PrepareAsync(string text) =>
        new ExampleSeriesPreprocessor(new ModalityOptions()).PrepareAsync(new RawInput(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken).AsTask();
}
