using System.Globalization;
using OnePeace.Modalities.Ffmpeg;
using OnePeace.Modalities.Image;

namespace OnePeace.Modalities.Video.Decoding;

/// <summary>The first picture track of MP4, MOV, WebM and Matroska by ffmpeg processes without network or playlists: one for the time stamps, one for the frames.</summary>
/// <param name="limits">Bounds.</param>
/// <param name="program">Name or path of the program.</param>
public sealed class FfmpegClipDecoder(ClipLimits limits, string program = "ffmpeg") : IClipDecoder
{
    /// <summary>Pictures only: no sound or subtitle decoder ever sees the file.</summary>
    private const string Codecs = "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,mpeg2video,mpeg1video,h263,mjpeg,png,prores,theora";

    private const int Microseconds = 1_000_000;

    public bool Reads(ReadOnlySpan<byte> bytes) => FilmSignature.Demuxer(bytes) is not null;

    public async Task DecodeAsync(ReadOnlyMemory<byte> bytes, int count, Action<IImageRows> take, CancellationToken cancellation)
    {
        var demuxer = FilmSignature.Demuxer(bytes.Span) ?? throw new InvalidInputException(InputFault.UnsupportedFormat,
            "The video must be MP4, MOV, WebM or Matroska, but its first bytes are none of these: convert it.");
        using var film = await FfmpegFile.CreateAsync(bytes, Refusals(), limits.MaxDecodeSeconds, cancellation);
        var stamps = await film.RunAsync(Command(demuxer, StampOutput), (output, time) => FrameStamps.ReadAsync(output, limits, time));
        var picks = Array.ConvertAll(FrameSampling.Pick(stamps.Starts, stamps.End, count), frame => stamps.Starts[frame]);
        await film.RunAsync(Command(demuxer, FrameOutput(picks)), (output, time) => PixmapStream.ReadAsync(output, picks.Length, limits, take, time));
    }

    private FfmpegCommand Command(string demuxer, IReadOnlyList<string> output) => new()
    {
        Program = program,
        Demuxer = demuxer,
        Codecs = Codecs,
        Input = ["-max_pixels", $"{limits.MaxFramePixels}", "-an", "-sn", "-dn"],
        Output = ["-map", "0:v:0", "-map_metadata", "-1", .. output],
    };

    /// <summary>Decodes every frame, and writes one line a frame with its time stamp in microseconds.</summary>
    private static string[] StampOutput =>
        ["-vf", $"settb=1/{Microseconds},metadata=mode=delete,metadata=mode=add:key=frame:value=1,metadata=mode=print:file=-", "-f", "null", "-"];

    /// <summary>Writes the frames of these time stamps as portable pixmaps.</summary>
    /// <remarks>
    /// They are told by time, not counted: where a film changes its size, ffmpeg counts from 0 again. Each gets the time of its place among the picks, so that
    /// a constant rate neither drops nor doubles one (the option that would say so has another name in each generation of ffmpeg).
    /// </remarks>
    private static string[] FrameOutput(IReadOnlyList<long> picks)
    {
        const int rate = 25;
        var chosen = string.Join('+', picks.Select(stamp => string.Create(CultureInfo.InvariantCulture, $"eq(pts\\,{stamp})")));
        var place = string.Join('+', picks.Skip(1).Select(stamp => string.Create(CultureInfo.InvariantCulture, $"gte(PTS\\,{stamp})")).Prepend("0"));
        return
        [
            "-vf", $"settb=1/{Microseconds},select={chosen},setpts={Microseconds / rate}*({place}),scale=flags=accurate_rnd+full_chroma_int+bitexact,format=rgb24",
            "-frames:v", $"{picks.Count}", "-r", $"{rate}", "-f", "image2pipe", "-c:v", "ppm", "pipe:1",
        ];
    }

    private FfmpegRefusals Refusals() => new(
        "MP4, MOV and WebM need the program ffmpeg on the server (Debian: apt install ffmpeg); animated GIF and WebP work without it.",
        $"The video must decode within {limits.MaxDecodeSeconds} s, but took longer: send a shorter or smaller clip.",
        complaint => complaint.Contains("max pixel count", StringComparison.Ordinal)
            ? ClipLimits.TooLarge($"The video's frames may have at most {limits.MaxFramePixels:N0} pixels, but have more: scale it down.")
            : new InvalidInputException(InputFault.Unusable,
                "The video must be a whole file with a picture track, but none could be decoded from it: check that it plays."));
}
