using System.Buffers.Binary;

namespace OnePeace.Scenes.Sounds;

/// <summary>WAV: one channel of 16-bit samples.</summary>
internal static class WaveFile
{
    public const int HeaderBytes = 44;

    /// <param name="samples">From -1 to 1; what is beyond is cut.</param>
    /// <param name="rateHz">Samples a second.</param>
    public static byte[] Encode(double[] samples, int rateHz)
    {
        var file = new byte[HeaderBytes + (2 * samples.Length)];
        var at = file.AsSpan();
        "RIFF"u8.CopyTo(at);
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], file.Length - 8);
        "WAVEfmt "u8.CopyTo(at[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(at[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(at[20..], 1);   // PCM
        BinaryPrimitives.WriteInt16LittleEndian(at[22..], 1);   // channels
        BinaryPrimitives.WriteInt32LittleEndian(at[24..], rateHz);
        BinaryPrimitives.WriteInt32LittleEndian(at[28..], 2 * rateHz);
        BinaryPrimitives.WriteInt16LittleEndian(at[32..], 2);
        BinaryPrimitives.WriteInt16LittleEndian(at[34..], 16);
        "data"u8.CopyTo(at[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(at[40..], 2 * samples.Length);
        for (var i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(at[(HeaderBytes + (2 * i))..], (short)Math.Round(short.MaxValue * Math.Clamp(samples[i], -1, 1)));
        return file;
    }
}
