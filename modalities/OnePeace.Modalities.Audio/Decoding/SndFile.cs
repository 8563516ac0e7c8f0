using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>The few functions of libsndfile's C interface (sndfile.h) that decoding from memory takes.</summary>
internal sealed unsafe class SndFile
{
    public const int Read = 0x10;

    private readonly delegate* unmanaged[Cdecl]<VirtualFile*, int, SoundInfo*, void*, nint> _open;
    private readonly delegate* unmanaged[Cdecl]<nint, float*, long, long> _readFrames;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _close;

    private SndFile(nint library)
    {
        _open = (delegate* unmanaged[Cdecl]<VirtualFile*, int, SoundInfo*, void*, nint>)NativeLibrary.GetExport(library, "sf_open_virtual");
        _readFrames = (delegate* unmanaged[Cdecl]<nint, float*, long, long>)NativeLibrary.GetExport(library, "sf_readf_float");
        _close = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "sf_close");
    }

    /// <summary>The library, or null where it is not installed.</summary>
    public static SndFile? Load(string library) => NativeLibrary.TryLoad(library, out var handle) ? new SndFile(handle) : null;

    /// <summary>Opens a sound in memory that stays pinned until <see cref="Close"/>; zero where it cannot be read.</summary>
    public nint Open(MemoryCursor* cursor, out SoundInfo info)
    {
        var file = new VirtualFile { Length = &LengthOf, Seek = &SeekTo, Read = &ReadBytes, Write = &Refuse, Tell = &Tell };
        info = default;
        fixed (SoundInfo* found = &info) return _open(&file, Read, found, cursor);
    }

    /// <summary>Fills a buffer with interleaved frames; how many were read.</summary>
    public long ReadFrames(nint sound, Span<float> buffer, int channels)
    {
        fixed (float* target = buffer) return _readFrames(sound, target, buffer.Length / channels);
    }

    public void Close(nint sound) => _close(sound);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long LengthOf(void* user) => ((MemoryCursor*)user)->Length;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long SeekTo(long offset, int whence, void* user)
    {
        var cursor = (MemoryCursor*)user;
        var position = whence switch { 0 => offset, 1 => cursor->Position + offset, _ => cursor->Length + offset };
        if (position < 0 || position > cursor->Length) return -1;
        return cursor->Position = position;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long ReadBytes(void* target, long count, void* user)
    {
        var cursor = (MemoryCursor*)user;
        var available = Math.Clamp(count, 0, cursor->Length - cursor->Position);
        Buffer.MemoryCopy(cursor->Bytes + cursor->Position, target, available, available);
        cursor->Position += available;
        return available;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Refuse(void* source, long count, void* user) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Tell(void* user) => ((MemoryCursor*)user)->Position;

    /// <summary>A place in a pinned buffer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MemoryCursor
    {
        public byte* Bytes;
        public long Length;
        public long Position;
    }

    /// <summary>SF_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SoundInfo
    {
        public long Frames;
        public int SampleRateHz;
        public int Channels;
        public int Format;
        public int Sections;
        public int Seekable;
    }

    /// <summary>SF_VIRTUAL_IO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct VirtualFile
    {
        public delegate* unmanaged[Cdecl]<void*, long> Length;
        public delegate* unmanaged[Cdecl]<long, int, void*, long> Seek;
        public delegate* unmanaged[Cdecl]<void*, long, void*, long> Read;
        public delegate* unmanaged[Cdecl]<void*, long, void*, long> Write;
        public delegate* unmanaged[Cdecl]<void*, long> Tell;
    }
}
