using Microsoft.AspNetCore.Http;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings;

/// <summary>Reads a body into one array of its own: media are slices of it and outlive the request where a caller leaves early.</summary>
internal static class RequestBody
{
    private const int FirstBytes = 64 << 10;

    /// <exception cref="ApiException">413: the body is longer than the limit.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, long limit, CancellationToken cancellation)
    {
        var capacity = request.ContentLength ?? limit;
        var buffer = new byte[Math.Min(capacity, FirstBytes)];   // grows with what arrives, not with what was announced
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length == capacity)
                    break;
                Array.Resize(ref buffer, (int)Math.Min(capacity, buffer.Length * 4L));
            }
            var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
                return buffer.AsMemory(0, length);
            length += read;
        }
        if (await request.Body.ReadAsync(new byte[1], cancellation) > 0)
            throw new ApiException(ApiError.TooLarge(limit));
        return buffer;
    }
}
