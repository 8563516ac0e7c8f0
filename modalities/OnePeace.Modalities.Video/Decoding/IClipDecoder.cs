using OnePeace.Modalities.Image;

namespace OnePeace.Modalities.Video.Decoding;

/// <summary>Decodes clips: the place to plug another library in. Implementations are thread-safe.</summary>
public interface IClipDecoder
{
    /// <summary>Whether the first bytes are of a format this decoder reads.</summary>
    bool Reads(ReadOnlySpan<byte> bytes);

    /// <summary>Decodes the frames that <see cref="FrameSampling"/> picks, at least one, in the order of time.</summary>
    /// <param name="bytes">The encoded clip.</param>
    /// <param name="count">The most frames.</param>
    /// <param name="take">Reads one frame to its end, before the next is decoded.</param>
    /// <param name="cancellation">Stops between two frames, and ends what runs outside.</param>
    /// <exception cref="InvalidInputException">Not decodable, or over a limit; also when a program it needs is missing.</exception>
    Task DecodeAsync(ReadOnlyMemory<byte> bytes, int count, Action<IImageRows> take, CancellationToken cancellation);
}
