namespace OnePeace.Modalities.Ffmpeg;

/// <summary>What ffmpeg is asked to do with one file.</summary>
internal sealed record FfmpegCommand
{
    /// <summary>The input's name in its folder, where the process runs.</summary>
    public const string InputName = "input";

    /// <summary>Name or path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>The one demuxer that may read the file, also for what lies inside it (AVI subtitles can carry a playlist).</summary>
    public required string Demuxer { get; init; }

    /// <summary>Names of the decoders that may see the file.</summary>
    public required string Codecs { get; init; }

    /// <summary>Options of the input.</summary>
    public required IReadOnlyList<string> Input { get; init; }

    /// <summary>Options of the output, and where it goes: <c>pipe:1</c>.</summary>
    public required IReadOnlyList<string> Output { get; init; }

    /// <summary>All arguments: no protocol but files and pipes, no file but the input, one thread.</summary>
    public IEnumerable<string> Arguments() =>
    [
        "-nostdin", "-hide_banner", "-loglevel", "error", "-max_alloc", "268435456",
        "-protocol_whitelist", "file,pipe", "-format_whitelist", Demuxer, "-codec_whitelist", Codecs, "-f", Demuxer,
        .. Demuxer == "mov" ? ["-enable_drefs", "0", "-use_absolute_path", "0"] : Array.Empty<string>(),
        "-threads", "1", .. Input, "-i", $"file:{InputName}", .. Output,
    ];
}

/// <summary>What a sender is told where ffmpeg cannot help.</summary>
/// <param name="Missing">The program is not installed.</param>
/// <param name="Slow">It took longer than it may.</param>
/// <param name="Unusable">It failed; given the beginning of its own complaint, which is never passed on.</param>
internal sealed record FfmpegRefusals(string Missing, string Slow, Func<string, InvalidInputException> Unusable);
