using System.Runtime.InteropServices;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>The functions of libsndfile that decoding needs, found at run time.</summary>
internal sealed unsafe class SndFileLibrary
{
    public const int ReadMode = 0x10;

    private readonly delegate* unmanaged[Cdecl]<MemoryFile.Callbacks*, int, Info*, MemoryFile*, nint> _openVirtual;
    private readonly delegate* unmanaged[Cdecl]<nint, float*, long, long> _readFrames;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _error;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _close;

    private SndFileLibrary(nint library)
    {
        _openVirtual = (delegate* unmanaged[Cdecl]<MemoryFile.Callbacks*, int, Info*, MemoryFile*, nint>)NativeLibrary.GetExport(library, "sf_open_virtual");
        _readFrames = (delegate* unmanaged[Cdecl]<nint, float*, long, long>)NativeLibrary.GetExport(library, "sf_readf_float");
        _error = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "sf_error");
        _close = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "sf_close");
        var version = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(library, "sf_version_string");
        ReadsMp3 = IsAtLeast11(Marshal.PtrToStringUTF8((nint)version()));
    }

    /// <summary>SF_INFO in sndfile.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Info
    {
        public long Frames;
        public int SampleRateHz;
        public int Channels;
        public int Format;
        public int Sections;
        public int Seekable;
    }

    /// <summary>MP3 came with version 1.1.</summary>
    public bool ReadsMp3 { get; }

    /// <summary>Null where the library is not installed.</summary>
    public static SndFileLibrary? Load(string name) => NativeLibrary.TryLoad(name, out var library) ? new SndFileLibrary(library) : null;

    /// <summary>0 when the bytes cannot be opened.</summary>
    public nint Open(MemoryFile.Callbacks* callbacks, MemoryFile* file, out Info info)
    {
        fixed (Info* target = &info)
        {
            *target = default;
            return _openVirtual(callbacks, ReadMode, target, file);
        }
    }

    /// <summary>Frames read; fewer than asked at the end or at damage.</summary>
    public long Read(nint sound, Span<float> interleaved, int channels)
    {
        fixed (float* target = interleaved)
            return _readFrames(sound, target, interleaved.Length / channels);
    }

    public bool HasFailed(nint sound) => _error(sound) != 0;

    public void Close(nint sound) => _close(sound);

    /// <param name="version">Such as "libsndfile-1.2.0" or "libsndfile-1.1.0beta2".</param>
    private static bool IsAtLeast11(string? version)
    {
        var parts = (version ?? "").Split('-', '.');
        return parts is [_, var major, var minor, ..] && int.TryParse(major, out var first) && int.TryParse(minor, out var second)
            && (first, second).CompareTo((1, 1)) >= 0;
    }
}
