using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>Pinned bytes that libsndfile reads like a file; its address is the callbacks' user data.</summary>
internal unsafe struct MemoryFile(byte* data, long length)
{
    private readonly byte* _data = data;
    private readonly long _length = length;
    private long _position;

    /// <summary>The layout of SF_VIRTUAL_IO in sndfile.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Callbacks
    {
        public delegate* unmanaged[Cdecl]<MemoryFile*, long> Length;
        public delegate* unmanaged[Cdecl]<long, int, MemoryFile*, long> Seek;
        public delegate* unmanaged[Cdecl]<byte*, long, MemoryFile*, long> Read;
        public delegate* unmanaged[Cdecl]<byte*, long, MemoryFile*, long> Write;
        public delegate* unmanaged[Cdecl]<MemoryFile*, long> Tell;
    }

    public static Callbacks ReadOnly => new() { Length = &GetLength, Seek = &Seek, Read = &Read, Write = &Write, Tell = &Tell };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long GetLength(MemoryFile* file) => file->_length;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Seek(long offset, int whence, MemoryFile* file)
    {
        var origin = whence switch { 0 => 0, 1 => file->_position, _ => file->_length };
        // The origin lies in [0, length], so neither bound can overflow.
        file->_position = origin + Math.Clamp(offset, -origin, file->_length - origin);
        return file->_position;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Read(byte* target, long count, MemoryFile* file)
    {
        var taken = Math.Clamp(count, 0, file->_length - file->_position);
        Buffer.MemoryCopy(file->_data + file->_position, target, taken, taken);
        file->_position += taken;
        return taken;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Write(byte* source, long count, MemoryFile* file) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Tell(MemoryFile* file) => file->_position;
}
