using System.Text;

namespace OnePeace.Benchmarks.Bench;

/// <summary>Encoded inputs by number. No two are the same bytes, so that none could come from a cache.</summary>
internal static class BenchInputs
{
    private const int UsualWords = 30, WaveHeader = 44;
    private static readonly string[] Words = "the cat sat on a mat and saw two red birds in an old tree by".Split(' ');   // a token each
    private static readonly byte[] Image = RawInputs.Of("image", 1), Audio = RawInputs.Of("audio", 1);

    /// <summary>About 32 tokens, a JPEG of 224 pixels a side, or 5 s of sound.</summary>
    public static byte[] Of(string modality, int number) => modality switch
    {
        "text" => Text(UsualWords, number),
        "image" => [.. Image, .. BitConverter.GetBytes(number)],   // decoders stop at a picture's end
        _ => [.. Audio.AsSpan(0, WaveHeader), .. BitConverter.GetBytes(number), .. Audio.AsSpan(WaveHeader + sizeof(int))],
    };

    /// <summary>A text of 4 to 68 words.</summary>
    public static byte[] MixedText(int number) => Text(new Random(number).Next(4, 69), number);

    private static byte[] Text(int words, int number)
    {
        var random = new Random(number);
        return Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)])));
    }
}
