using System.Buffers.Text;

namespace OnePeace.Modalities.Video.Decoding;

/// <summary>When a film's frames begin to show.</summary>
/// <param name="Starts">Ascending, each once, in microseconds.</param>
/// <param name="End">When the last one ceases to: it is shown for the mean of the others.</param>
internal sealed record FrameStamps(IReadOnlyList<long> Starts, long End)
{
    private const int LongestLine = 256;

    /// <summary>Reads ffmpeg's lines <c>frame:7    pts:280000  pts_time:0.28</c>; others are skipped. Null where there is no frame, or no such text.</summary>
    /// <exception cref="InvalidInputException">More frames, or a longer film, than the limits allow.</exception>
    public static async Task<FrameStamps?> ReadAsync(Stream lines, ClipLimits limits, CancellationToken cancellation)
    {
        var starts = new SortedSet<long>();
        var buffer = new byte[65_536];
        for (int held = 0, read; (read = await lines.ReadAsync(buffer.AsMemory(held), cancellation)) > 0;)
        {
            var text = buffer.AsMemory(0, held + read);
            for (int end; (end = text.Span.IndexOf((byte)'\n')) >= 0; text = text[(end + 1)..])
            {
                if (Stamp(text.Span[..end]) is { } stamp) starts.Add(stamp);
            }
            if (text.Length > LongestLine) return null;
            limits.CheckFrames(starts.Count);
            if (starts.Count > 0) limits.CheckLength(Subtract(starts.Max, starts.Min));
            text.CopyTo(buffer);
            held = text.Length;
        }
        return starts.Count == 0 ? null : new FrameStamps([.. starts], starts.Max + (starts.Count == 1 ? 1 : (starts.Max - starts.Min) / (starts.Count - 1)));
    }

    private static long? Stamp(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOf(" pts:"u8);
        return line.StartsWith("frame:"u8) && at >= 0 && Utf8Parser.TryParse(line[(at + 5)..], out long stamp, out _) ? stamp : null;
    }

    /// <summary>Without wrapping around.</summary>
    private static long Subtract(long later, long earlier) => (long)Int128.Min((Int128)later - earlier, long.MaxValue);
}
