using Microsoft.AspNetCore.Http;

namespace OnePeace.Gateway.Errors;

/// <summary>An error in OpenAI's shape, with its HTTP status.</summary>
/// <param name="Message">What was expected, what came, what to do; never a path, an address or a decoder's own words.</param>
/// <param name="Param">The part of the request to blame, such as <c>input[3].image</c>.</param>
public sealed record ApiError(int Status, string Code, string Message, string? Param = null)
{
    /// <summary>Goes out as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>OpenAI's class of error.</summary>
    public string Type => Status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    public static ApiError BadRequest(string message, string? param = null, string code = "invalid_request") =>
        new(StatusCodes.Status400BadRequest, code, message, param);

    public static ApiError TooLarge(long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "request_too_large", $"The body is larger than {limit} bytes; send fewer or smaller inputs a request.");

    public static ApiError Overloaded(string message) =>
        new(StatusCodes.Status503ServiceUnavailable, "overloaded", message) { RetryAfter = TimeSpan.FromSeconds(1) };

    public static ApiError Unavailable { get; } =
        new(StatusCodes.Status503ServiceUnavailable, "unavailable", "No silo answers at the moment.") { RetryAfter = TimeSpan.FromSeconds(2) };

    public static ApiError Internal { get; } =
        new(StatusCodes.Status500InternalServerError, "internal_error", "The server failed on this request; its log says why.");
}

/// <summary>Ends a request with an error that its sender sees.</summary>
public sealed class ApiException(ApiError error) : Exception(error.Message)
{
    public ApiError Error { get; } = error;
}
