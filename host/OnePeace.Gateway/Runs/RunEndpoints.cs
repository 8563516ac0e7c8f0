using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OnePeace.Contracts.Runs;
using OnePeace.Gateway.Errors;
using OnePeace.Gateway.OpenApi;

namespace OnePeace.Gateway.Runs;

/// <summary><c>/v1/runs</c>: training runs beside everything that serves.</summary>
internal static partial class RunEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/runs", SubmitAsync).WithName("SubmitRun").WithSummary("Begins a training run; the same Idempotency-Key again is the same run.")
            .Documented<RunInfo>().Accepts<RunRequest>("application/json").Produces<RunInfo>(StatusCodes.Status201Created).Refuses(400, 409, 413, 415, 422);
        routes.MapGet("/v1/runs", ListAsync).WithName("ListRuns").WithSummary("Training runs, the latest first.").Documented<RunList>();
        routes.MapGet("/v1/runs/{id}", async (string id, GatewayOptions options, IGrainFactory grains) => Answer(await Find(id, options, grains).DescribeAsync()))
            .WithName("GetRun").WithSummary("One training run and its curve.").Documented<RunInfo>();
        Map(routes, "pause", "PauseRun", "Stops a run after the step under way.", run => run.PauseAsync());
        Map(routes, "resume", "ResumeRun", "Goes on with a run that was paused or failed.", run => run.ResumeAsync());
        Map(routes, "cancel", "CancelRun", "Ends a run for good.", run => run.CancelAsync());
        routes.MapDelete("/v1/runs/{id}", async (string id, GatewayOptions options, IGrainFactory grains) => Answer(await Find(id, options, grains).DeleteAsync()))
            .WithName("DeleteRun").WithSummary("Forgets a run that has ended, and its files.").Documented<RunInfo>().Refuses(409);
        routes.MapGet("/v1/runs/{id}/events", (string id, HttpContext context, RunEventWriter events) => events.WriteAsync(Checked(id), context))
            .WithName("WatchRun").WithSummary("Server-sent events 'progress' and 'state', until the run has ended.")
            .Produces<RunEventStream>(StatusCodes.Status200OK, "text/event-stream").Refuses(400, 401, 404, 503);
        routes.MapGet("/v1/runs/{id}/model", (string id, HttpContext context, RunModelWriter models) => models.WriteAsync(Checked(id), context))
            .WithName("DownloadRun").WithSummary("The model directory after the last stage that is done, as a tar.")
            .Produces<Stream>(StatusCodes.Status200OK, RunModelWriter.MediaType).Refuses(401, 404, 409, 503);
    }

    private static void Map(IEndpointRouteBuilder routes, string verb, string name, string summary, Func<ITrainingRunGrain, Task<RunReply>> command) =>
        routes.MapPost($"/v1/runs/{{id}}/{verb}", async (string id, GatewayOptions options, IGrainFactory grains) => Answer(await command(Find(id, options, grains))))
            .WithName(name).WithSummary(summary).Documented<RunInfo>().Refuses(409);

    private static async Task<IResult> SubmitAsync(HttpContext context, RunSubmission submission, GatewayOptions options, IGrainFactory grains)
    {
        var (id, order) = await submission.ReadAsync(context.Request, context.RequestAborted);
        var run = grains.GetTrainingRun(options.Core, id);
        var isNew = (await run.SummariseAsync()).Run is null;
        var answer = Answer(await run.SubmitAsync(order), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        context.Response.Headers.Location = $"/v1/runs/{id}";
        return answer;
    }

    private static async Task<IResult> ListAsync(GatewayOptions options, IGrainFactory grains)
    {
        var ids = await grains.GetRunCatalogue(options.Core).IdsAsync();
        var runs = await Task.WhenAll(ids.Select(id => grains.GetTrainingRun(options.Core, id).SummariseAsync()));
        return Results.Json(new RunList([.. runs.Select(reply => reply.Run).OfType<RunRecord>().OrderByDescending(run => run.Created).Select(run => RunFacts.Of(run, withCurve: false))]), RunJson.Default);
    }

    private static IResult Answer(RunReply reply, int status = StatusCodes.Status200OK) =>
        reply.Run is { } run && reply.Fault is null ? Results.Json(RunFacts.Of(run, withCurve: true), RunJson.Default, statusCode: status) : throw new ApiException(RunErrors.From(reply.Fault!));

    private static ITrainingRunGrain Find(string id, GatewayOptions options, IGrainFactory grains) => grains.GetTrainingRun(options.Core, Checked(id));

    /// <summary>What is no id activates no grain.</summary>
    private static string Checked(string id) => Id().IsMatch(id) ? id : throw new ApiException(RunErrors.NotFound);

    [GeneratedRegex(@"\Arun-[0-9a-f]{20}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
