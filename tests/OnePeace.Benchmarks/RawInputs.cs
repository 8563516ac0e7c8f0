using System.Text;

namespace OnePeace.Benchmarks;

/// <summary>Encoded inputs of the measured sizes: about 32 tokens, a JPEG, 5 s of 16 kHz sound.</summary>
internal static class RawInputs
{
    private const int Seconds = 5, RateHz = 16_000;

    public static byte[] Of(string modality, int seed) => modality switch
    {
        "text" => Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 30).Select(i => i % 2 == 0 ? "the" : "cat"))),
        "image" => File.ReadAllBytes(RepositoryFolder.At("tests/data/reference/image/inputs/exact224.jpg")),
        _ => Wave(new Random(seed)),
    };

    private static byte[] Wave(Random random)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + (Seconds * RateHz * 2));
        writer.Write("WAVEfmt "u8);
        foreach (var value in new[] { 16, 0x0001_0001, RateHz, RateHz * 2, 0x0010_0002 }) writer.Write(value);
        writer.Write("data"u8);
        writer.Write(Seconds * RateHz * 2);
        for (var i = 0; i < Seconds * RateHz; i++) writer.Write((short)random.Next(-8000, 8000));
        return stream.ToArray();
    }
}
