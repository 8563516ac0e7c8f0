using System.Net;
using System.Text.Json;

namespace OnePeace.Client;

/// <summary>The server refused a request and said why.</summary>
public sealed class OnePeaceApiException(HttpStatusCode status, string code, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>Machine-readable, such as <c>unknown_modality</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The part of the request to blame, such as <c>input[3].image</c>.</summary>
    public string? Param { get; init; }

    /// <summary>When it is worth trying again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public string? RequestId { get; init; }

    internal static async Task<OnePeaceApiException> FromAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var error = Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
        return new OnePeaceApiException(response.StatusCode, error?.Code ?? "unknown", error?.Message ?? $"The server answered {(int)response.StatusCode}.")
        {
            Param = error?.Param,
            RetryAfter = response.Headers.RetryAfter?.Delta,
            RequestId = response.Headers.TryGetValues("X-Request-Id", out var ids) ? ids.First() : null,
        };
    }

    /// <summary>Null where something between client and server answered in its own words.</summary>
    private static ErrorBody? Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ClientJson.Default.ErrorAnswer)?.Error;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
