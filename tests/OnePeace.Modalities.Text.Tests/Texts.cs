using System.Runtime.InteropServices;
using System.Text;

namespace OnePeace.Modalities.Text.Tests;

/// <summary>Shorthand for preparing one text.</summary>
internal static class Texts
{
    public static TextPreprocessor Official { get; } = new(new ModalityOptions());

    public static PreparedInput Prepare(this TextPreprocessor preprocessor, byte[] bytes)
    {
        var prepared = preprocessor.PrepareAsync(new RawInput(bytes), CancellationToken.None);
        Assert.True(prepared.IsCompleted);
        return prepared.GetAwaiter().GetResult();
    }

    public static long[] Ids(this TextPreprocessor preprocessor, string text)
    {
        var field = Assert.Single(preprocessor.Prepare(Encoding.UTF8.GetBytes(text)).Fields);
        return MemoryMarshal.Cast<byte, long>(field.Value.Bytes.Span).ToArray();
    }
}
