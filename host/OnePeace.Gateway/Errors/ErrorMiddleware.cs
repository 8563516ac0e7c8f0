using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace OnePeace.Gateway.Errors;

/// <summary>Gives every failure, also routing's own, the one shape; nothing internal leaves.</summary>
internal sealed class ErrorMiddleware(RequestDelegate next, GatewayOptions options, ILogger<ErrorMiddleware> log)
{
    /// <summary>What a log shows of a request whose client left before the answer.</summary>
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            await AnswerAsync(context, e);
            return;
        }
        var response = context.Response;
        if (response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await ErrorWriter.WriteAsync(response, OfStatus(response.StatusCode, context));
    }

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
                context.Response.StatusCode = ClientClosedRequest;
            return;
        }
        var error = OfException(exception);
        if (error.Status == StatusCodes.Status500InternalServerError)
            log.LogError(exception, "A request failed");
        if (context.Response.HasStarted)
            context.Abort();   // half an answer must not look like a whole one
        else
        {
            context.Response.Clear();
            context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
            await ErrorWriter.WriteAsync(context.Response, error);
        }
    }

    private ApiError OfException(Exception exception) => exception switch
    {
        ApiException e => e.Error,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ApiError.TooLarge(options.MaxBodyBytes),
        BadHttpRequestException => ApiError.BadRequest("The request ended before its body was complete, or its HTTP framing is wrong."),
        TimeoutException => new ApiError(StatusCodes.Status503ServiceUnavailable, "timeout", "The request took too long and was given up.")
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        },
        OrleansException => ApiError.Unavailable,
        _ => ApiError.Internal,
    };

    private static ApiError OfStatus(int status, HttpContext context) => status switch
    {
        StatusCodes.Status404NotFound => new ApiError(status, "not_found", "There is no such route; /openapi/v1.json lists all."),
        StatusCodes.Status405MethodNotAllowed => new ApiError(status, "method_not_allowed", $"This route does not take {MethodName(context.Request.Method)}."),
        StatusCodes.Status415UnsupportedMediaType => new ApiError(status, "unsupported_media_type",
            $"Send the body with the Content-Type that it has, of those that this route takes: {string.Join(", ", AcceptedTypes.Of(context))}."),
        >= 500 => ApiError.Internal with { Status = status },
        _ => new ApiError(status, "invalid_request", "The request cannot be processed."),
    };

    /// <summary>A method's name where it looks like one; anything else came from the sender and is not repeated.</summary>
    private static string MethodName(string method) => method.Length <= 7 && method.All(char.IsAsciiLetterUpper) ? method : "this method";
}
