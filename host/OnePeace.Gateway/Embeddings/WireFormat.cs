using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings;

/// <summary>How a body is written.</summary>
internal enum WireFormat
{
    Json,
    MessagePack,
}

/// <summary>Reads <c>Content-Type</c> and <c>Accept</c>.</summary>
internal static class WireFormats
{
    public const string Json = "application/json";
    public const string MessagePack = "application/x-msgpack";

    /// <exception cref="ApiException">415: the body is neither JSON nor MessagePack.</exception>
    public static WireFormat OfBody(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
            throw Unsupported("Compressed bodies are not taken: send it as it is, without Content-Encoding.");
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && Named(type) is { } format
            ? format
            : throw Unsupported($"Send Content-Type: {Json}, or {MessagePack}.");
    }

    /// <summary>The better liked of the two; the body's own where the client does not say.</summary>
    public static WireFormat OfAnswer(HttpRequest request, WireFormat body)
    {
        var best = request.GetTypedHeaders().Accept
            .Where(accepted => Named(accepted) is not null)
            .OrderByDescending(accepted => accepted.Quality ?? 1)
            .FirstOrDefault();
        return best is null ? body : Named(best)!.Value;
    }

    private static WireFormat? Named(MediaTypeHeaderValue type) => type.MediaType.Value?.ToLowerInvariant() switch
    {
        Json => WireFormat.Json,
        MessagePack or "application/msgpack" or "application/vnd.msgpack" => WireFormat.MessagePack,
        _ => null,
    };

    private static ApiException Unsupported(string message) =>
        new(new ApiError(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", message));
}
