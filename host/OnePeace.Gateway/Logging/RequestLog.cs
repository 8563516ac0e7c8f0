using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Logging;

/// <summary>Gives each request its id and one log line: no query, no headers, no bodies, no keys; control characters escaped.</summary>
internal sealed class RequestLog(RequestDelegate next, ILogger<RequestLog> log)
{
    private const string Header = "X-Request-Id";
    private const int LongestPath = 256;

    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        context.TraceIdentifier = ProposedId(context.Request) ?? Guid.NewGuid().ToString("N");
        context.Response.Headers[Header] = context.TraceIdentifier;
        await next(context);
        log.LogInformation("{Method} {Path} {Status} {Milliseconds:0.0} ms {RequestId}",
            Shown.Name(context.Request.Method), Shown.Text(context.Request.Path.Value ?? "", LongestPath), context.Response.StatusCode,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds, context.TraceIdentifier);
    }

    /// <summary>The caller's own id, if it is harmless.</summary>
    private static string? ProposedId(HttpRequest request) =>
        request.Headers[Header] is [{ Length: >= 1 and <= 128 } id] && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? id : null;
}
