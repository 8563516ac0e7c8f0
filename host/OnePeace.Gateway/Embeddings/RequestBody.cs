using Microsoft.AspNetCore.Http;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings;

/// <summary>Reads a body into one array of its own: media are slices of it and outlive the request where a caller leaves early.</summary>
internal static class RequestBody
{
    private const int FirstBytes = 64 << 10;

    /// <param name="request">Whose body.</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <param name="cancellation">The caller left.</param>
    /// <param name="lease">Told before memory is taken.</param>
    /// <exception cref="ApiException">413: the body is longer than the limit; 503: there is no memory for it now.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, long limit, CancellationToken cancellation, BodyBudget.Lease? lease = null)
    {
        var capacity = request.ContentLength ?? limit;
        lease?.Hold(Math.Min(capacity, FirstBytes));
        var buffer = new byte[Math.Min(capacity, FirstBytes)];   // grows with what arrives, not with what was announced
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length == capacity)
                    break;
                var larger = (int)Math.Min(capacity, buffer.Length * 4L);
                lease?.Hold(larger);
                Array.Resize(ref buffer, larger);
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
