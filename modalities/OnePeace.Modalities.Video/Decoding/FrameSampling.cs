namespace OnePeace.Modalities.Video.Decoding;

/// <summary>
/// Which frames stand for a clip. A clip of no more than the wanted number of frames gives them all. Of a longer one, its duration is cut into
/// as many equal parts as frames are wanted, and the frame that is shown at the middle of each part is taken; one that is shown at the middle
/// of several parts is taken once.
/// </summary>
public static class FrameSampling
{
    /// <param name="starts">When each frame begins to show, ascending, in any unit.</param>
    /// <param name="end">When the last one ceases to.</param>
    /// <param name="count">The most frames to pick, at least 1.</param>
    /// <returns>Indices, ascending, each once.</returns>
    public static int[] Pick(IReadOnlyList<long> starts, long end, int count)
    {
        if (starts.Count <= count) return [.. Enumerable.Range(0, starts.Count)];
        var length = end - starts[0];
        var picked = new List<int>(count);
        for (int part = 0, frame = 0; part < count; part++)
        {
            // The last frame that starts no later than (2 part + 1) / (2 count) of the length, in whole numbers.
            while (frame + 1 < starts.Count && 2 * count * (starts[frame + 1] - starts[0]) <= (2 * part + 1) * length) frame++;
            if (picked.Count == 0 || picked[^1] != frame) picked.Add(frame);
        }
        return [.. picked];
    }
}
