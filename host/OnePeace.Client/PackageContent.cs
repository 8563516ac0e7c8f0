using System.Net;
using System.Net.Http.Headers;

namespace OnePeace.Client;

/// <summary>A package on its way to the server: read as it is sent, never held.</summary>
internal sealed class PackageContent : HttpContent
{
    private const string MediaType = "application/vnd.onepeace.modality";
    private const int ChunkBytes = 1 << 17;

    private readonly Stream _package;
    private readonly Action<long> _sent;

    /// <param name="package">Read from where it stands; stays the caller's.</param>
    /// <param name="sent">Called after each chunk with all bytes sent so far.</param>
    public PackageContent(Stream package, Action<long> sent)
    {
        _package = package;
        _sent = sent;
        Headers.ContentType = new MediaTypeHeaderValue(MediaType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellation)
    {
        var buffer = new byte[ChunkBytes];
        for (var total = 0L; await _package.ReadAsync(buffer, cancellation) is > 0 and var read;)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
            _sent(total += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _package.CanSeek ? _package.Length - _package.Position : 0;
        return _package.CanSeek;
    }
}
