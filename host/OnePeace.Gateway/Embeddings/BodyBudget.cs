using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings;

/// <summary>Bounds the bytes of all request bodies held at one time, so that many large ones cannot take the process's memory.</summary>
internal sealed class BodyBudget(GatewayOptions options)
{
    private long _held;

    /// <summary>Sets bytes aside until the lease is disposed.</summary>
    /// <param name="announced">The body's length, or null where the client does not say.</param>
    /// <exception cref="ApiException">413 for a body that is too large, 503 where too many are held.</exception>
    public Lease Take(long? announced)
    {
        var bytes = announced ?? options.MaxBodyBytes;
        if (bytes > options.MaxBodyBytes)
            throw new ApiException(ApiError.TooLarge(options.MaxBodyBytes));
        if (Interlocked.Add(ref _held, bytes) > options.MaxBufferedBytes)
        {
            Interlocked.Add(ref _held, -bytes);
            throw new ApiException(ApiError.Overloaded("The server holds as many large requests as it can."));
        }
        return new Lease(this, bytes);
    }

    internal readonly struct Lease(BodyBudget budget, long bytes) : IDisposable
    {
        public void Dispose() => Interlocked.Add(ref budget._held, -bytes);
    }
}
