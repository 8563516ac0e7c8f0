using OnePeace.Contracts.Runs;

namespace OnePeace.Gateway.Runs;

/// <summary>A file of a run as it comes from the silo that has it, one part after the other. A tar wants to know the length first, and only asks.</summary>
/// <param name="length">Bytes, as it was listed.</param>
internal sealed class RunFileStream(IRunFilesGrain files, string run, string file, long length) : Stream
{
    private ReadOnlyMemory<byte> _chunk;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    /// <exception cref="EndOfStreamException">It was removed, or has become shorter.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default)
    {
        if (Position >= length || buffer.Length == 0) return 0;
        cancellation.ThrowIfCancellationRequested();
        if (_chunk.Length == 0) _chunk = (await files.ReadAsync(run, file, Position).WaitAsync(cancellation))?.Bytes;
        if (_chunk.Length == 0) throw new EndOfStreamException($"The file '{file}' of {run} was removed while it was read.");
        var taken = (int)Math.Min(Math.Min(buffer.Length, _chunk.Length), length - Position);
        _chunk[..taken].CopyTo(buffer);
        _chunk = _chunk[taken..];
        Position += taken;
        return taken;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) => ReadAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It comes from another machine: read it asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("It is read from its start to its end.");

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
