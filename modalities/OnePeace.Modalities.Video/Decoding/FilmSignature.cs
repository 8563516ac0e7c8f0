namespace OnePeace.Modalities.Video.Decoding;

/// <summary>Names ffmpeg's demuxer by the first bytes. Only containers that hold their own data are here: a playlist is never opened.</summary>
internal static class FilmSignature
{
    /// <summary>Null for every other format.</summary>
    public static string? Demuxer(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12) return null;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])) return "matroska";
        var box = bytes[4..8];   // MOV may start with any of these, MP4 with the first
        return box.SequenceEqual("ftyp"u8) || box.SequenceEqual("moov"u8) || box.SequenceEqual("mdat"u8) || box.SequenceEqual("wide"u8) ? "mov" : null;
    }
}
