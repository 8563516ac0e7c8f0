using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using OnePeace.Contracts.Runs;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Runs;

/// <summary>A run's events as they happen, until its last one; who comes again with <c>Last-Event-ID</c> goes on where the connection broke.</summary>
internal sealed class RunEventWriter(GatewayOptions options, IGrainFactory grains, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(300), Heartbeat = TimeSpan.FromSeconds(10);

    public async Task WriteAsync(string id, HttpContext context)
    {
        var last = LastEvent(context.Request);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var grain = grains.GetTrainingRun(options.Core, id);
        var news = await grain.EventsAsync(last);
        if (!news.Exists) throw new ApiException(RunErrors.NotFound);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await WriteAsync(context.Response, grain, news, last, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The caller left, or the server stops: whoever still wants to know comes again.
        }
    }

    private static async Task WriteAsync(HttpResponse response, ITrainingRunGrain grain, RunEvents news, long last, CancellationToken end)
    {
        await response.WriteAsync(": a training run\n\n", end);
        for (var spoke = Environment.TickCount64; ; news = await grain.EventsAsync(last))
        {
            foreach (var happened in news.Events)
            {
                await response.WriteAsync(Text(happened), end);
                last = happened.Number;
                spoke = Environment.TickCount64;
            }
            if (Environment.TickCount64 - spoke >= Heartbeat.TotalMilliseconds)
            {
                await response.WriteAsync(": still there\n\n", end);
                spoke = Environment.TickCount64;
            }
            await response.Body.FlushAsync(end);
            if (news.IsLast || !news.Exists) return;
            await Task.Delay(Period, end);
        }
    }

    private static string Text(RunEvent happened)
    {
        var (name, data) = happened.Progress is { } progress
            ? ("progress", JsonSerializer.Serialize(RunFacts.Of(progress, happened.State), RunJson.Default.RunProgressInfo))
            : ("state", JsonSerializer.Serialize(new RunStateInfo(RunFacts.Word(happened.State), happened.Reason), RunJson.Default.RunStateInfo));
        return string.Create(CultureInfo.InvariantCulture, $"id: {happened.Number}\nevent: {name}\ndata: {data}\n\n");
    }

    private static long LastEvent(HttpRequest request)
    {
        var text = request.Headers["Last-Event-ID"].ToString();
        if (text.Length == 0) return 0;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ApiException(ApiError.BadRequest("Last-Event-ID is the id of an event that came before, a whole number.", "Last-Event-ID"));
    }
}
