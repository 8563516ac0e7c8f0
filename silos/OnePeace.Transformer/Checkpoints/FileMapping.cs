using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>A file mapped into memory, and tensors that look straight at it. Stays mapped until it is disposed and its last tensor is gone.</summary>
/// <remarks>Private copy-on-write: whoever writes into such a tensor changes neither the file nor another process's view of it.</remarks>
internal sealed unsafe class FileMapping : IDisposable
{
    private static readonly ConcurrentDictionary<nint, FileMapping> Open = new();

    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private int _users = 1;
    private int _disposed;

    /// <exception cref="IOException">The file cannot be opened or mapped.</exception>
    public FileMapping(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        Name = Path.GetFileName(path);
        Length = stream.Length;
        if (Length == 0) return;   // an empty file cannot be mapped, and holds nothing
        _file = MemoryMappedFile.CreateFromFile(stream, null, Length, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.CopyOnWrite);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        Open[(nint)_start] = this;
    }

    /// <summary>The file's name without its folder, for messages.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>The bytes from <paramref name="offset"/> on; both must lie within the file.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _users) == 0, this);
        CheckRange(offset, length);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>A contiguous tensor over the file's own bytes, a copy only where the offset does not suit the type. The caller disposes it.</summary>
    public Tensor Tensor(long offset, ScalarType type, ReadOnlySpan<long> shape)
    {
        var count = TensorSize.Count(shape);
        if (count == 0) return empty(shape.ToArray(), type);
        var length = checked(count * type.ElementSize());
        CheckRange(offset, length);
        if (offset % type.ElementSize() != 0) return Copy(_start + offset, length, type, shape);
        Acquire();
        fixed (long* sides = shape)
        {
            var handle = THSTensor_new(_start + offset, &Release, sides, shape.Length, (sbyte)type, (sbyte)type, deviceType: 0, deviceIndex: 0, requiresGrad: 0);
            if (handle == 0) CheckForErrors();
            return TorchSharp.torch.Tensor.UnsafeCreateTensor(handle);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Leave();
    }

    /// <summary>Keeps the file mapped until what it returns is disposed, whoever disposes the mapping meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">It is not mapped any more.</exception>
    public IDisposable Hold()
    {
        Acquire();
        return new Holder(this);
    }

    private static Tensor Copy(byte* source, long length, ScalarType type, ReadOnlySpan<long> shape)
    {
        var copy = empty(shape.ToArray(), type);
        Buffer.MemoryCopy(source, (void*)DataPointer(copy.Handle), length, length);
        return copy;
    }

    private void Acquire()
    {
        for (var users = Volatile.Read(ref _users); ;)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0 || users == 0, this);
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users) return;
            users = seen;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) != 0 || _view is null) return;
        Open.TryRemove((nint)_start, out _);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file!.Dispose();
    }

    /// <summary>Called by libtorch, on whichever thread lets a tensor's last reference go, with the tensor's first byte.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(void* data)
    {
        foreach (var mapping in Open.Values)
        {
            if ((byte*)data < mapping._start || (byte*)data >= mapping._start + mapping.Length) continue;
            mapping.Leave();
            return;
        }
    }

    private void CheckRange(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new InvalidDataException($"{Name}: expected bytes {offset} to {offset + length}, but the file has {Length}; it is truncated or damaged.");
    }

    private sealed class Holder(FileMapping mapping) : IDisposable
    {
        private FileMapping? _mapping = mapping;

        public void Dispose() => Interlocked.Exchange(ref _mapping, null)?.Leave();
    }

    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_new(void* data, delegate* unmanaged[Cdecl]<void*, void> deleter, long* shape, int dimensions,
        sbyte type, sbyte wantedType, int deviceType, int deviceIndex, byte requiresGrad);

    [DllImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static extern nint DataPointer(nint tensor);
}
