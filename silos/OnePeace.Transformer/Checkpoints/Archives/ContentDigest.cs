using System.Security.Cryptography;
using ICSharpCode.SharpZipLib.Checksum;

namespace OnePeace.Transformer.Checkpoints.Archives;

/// <summary>Size and sums of some content.</summary>
/// <param name="Crc">The CRC-32 that zip files hold.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
internal readonly record struct ContentDigest(long Length, uint Crc, string Sha256)
{
    /// <summary>Measures what a function writes.</summary>
    /// <param name="write">Writes the content.</param>
    /// <param name="target">Receives it as well; null throws it away.</param>
    public static ContentDigest Of(Action<Stream> write, Stream? target = null)
    {
        using var stream = new MeasuringStream(target ?? Stream.Null);
        write(stream);
        return stream.Finish();
    }

    private sealed class MeasuringStream(Stream target) : Stream
    {
        private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly Crc32 _crc = new();
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public ContentDigest Finish() => new(_length, (uint)_crc.Value, Convert.ToHexStringLower(_sha.GetHashAndReset()));

        public override void Write(byte[] buffer, int offset, int count)
        {
            _sha.AppendData(buffer, offset, count);
            _crc.Update(new ArraySegment<byte>(buffer, offset, count));
            target.Write(buffer, offset, count);
            _length += count;
        }

        public override void Flush() => target.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) _sha.Dispose();
            base.Dispose(disposing);
        }
    }
}
