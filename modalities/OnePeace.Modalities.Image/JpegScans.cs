using System.Buffers.Binary;

namespace OnePeace.Modalities.Image;

/// <summary>Bounds the work and memory that a JPEG in many scans asks for; its decoder holds every coefficient until the last scan.</summary>
internal static class JpegScans
{
    private const byte Prefix = 0xFF;
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    /// <exception cref="InvalidInputException">More than the limits allow.</exception>
    public static void Check(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var scans = 0;
        for (var at = NextMarker(file, 2); at + 4 <= file.Length && file[at + 1] != EndOfImage; at = NextMarker(file, at))
        {
            var marker = file[at + 1];
            var segment = file[(at + 2)..];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && segment.Length >= 7)
            {
                int height = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), width = BinaryPrimitives.ReadUInt16BigEndian(segment[5..]);
                limits.Check(width, height, heldTwice: (marker & 3) == 2);
            }
            if (marker == StartOfScan && ++scans > limits.MaxScans)
                throw new InvalidInputException(InputFault.TooLarge,
                    $"A JPEG image may have at most {limits.MaxScans} scans, but this has more: save it again without them.");
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(segment);
        }
    }

    /// <summary>Where the next marker starts; restart markers and stuffed zeros belong to the scan's data.</summary>
    private static int NextMarker(ReadOnlySpan<byte> file, int at)
    {
        while (at + 1 < file.Length)
        {
            var found = file[at..^1].IndexOf(Prefix);
            if (found < 0)
                break;
            at += found;
            if (file[at + 1] is not (0 or Prefix or (>= 0xD0 and <= 0xD8)))
                return at;
            at++;
        }
        return file.Length;
    }
}
