using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings;

/// <summary>Bounds the bytes of all request bodies held at one time, so that many large ones cannot take the process's memory.</summary>
internal sealed class BodyBudget(GatewayOptions options)
{
    private long _held;

    /// <summary>Sets bytes aside until the lease is disposed.</summary>
    /// <param name="announced">The body's length, or null where the client does not say: then the lease grows with what arrives.</param>
    /// <exception cref="ApiException">413 for a body that is too large, 503 where too many are held.</exception>
    public Lease Take(long? announced)
    {
        if (announced > options.MaxBodyBytes) throw new ApiException(ApiError.TooLarge(options.MaxBodyBytes));
        var lease = new Lease(this);
        lease.Hold(announced ?? 0);
        return lease;
    }

    private void Reserve(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= options.MaxBufferedBytes) return;
        Interlocked.Add(ref _held, -bytes);
        throw new ApiException(ApiError.Overloaded("The server holds as many large requests as it can."));
    }

    /// <summary>One body's share.</summary>
    internal sealed class Lease(BodyBudget budget) : IDisposable
    {
        private long _bytes;

        /// <summary>Sees that at least so many bytes are set aside in all.</summary>
        /// <exception cref="ApiException">503: too many are held.</exception>
        public void Hold(long bytes)
        {
            if (bytes <= _bytes) return;
            budget.Reserve(bytes - _bytes);
            _bytes = bytes;
        }

        public void Dispose() => Interlocked.Add(ref budget._held, -Interlocked.Exchange(ref _bytes, 0));
    }
}
