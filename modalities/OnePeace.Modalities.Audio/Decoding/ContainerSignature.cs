namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>Names ffmpeg's demuxer by the first bytes. Only containers that hold their own data are here: a playlist is never opened.</summary>
internal static class ContainerSignature
{
    /// <summary>Null for every other format.</summary>
    public static string? Demuxer(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12) return null;
        if (bytes[4..].StartsWith("ftyp"u8)) return "mov";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])) return "matroska";
        if (bytes[0] == 0xFF && (bytes[1] & 0xF6) == 0xF0) return "aac";   // ADTS: the layer is 0
        if (bytes.StartsWith("#!AMR"u8)) return "amr";
        if (bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("AVI "u8)) return "avi";
        if (bytes.StartsWith("FLV\x01"u8)) return "flv";
        return null;
    }
}
