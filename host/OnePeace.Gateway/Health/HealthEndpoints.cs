using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Errors;
using OnePeace.Gateway.Models;
using OnePeace.Gateway.OpenApi;

namespace OnePeace.Gateway.Health;

/// <summary><c>/healthz</c>: the process lives. <c>/readyz</c>: it serves.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Status("ok"))
            .AllowAnonymous().WithName("Health").WithSummary("200 while the process lives.").Documented<HealthShape>();
        routes.MapGet("/readyz", async (ServedModels models, CancellationToken cancellation) =>
            {
                var state = (await models.TryDescribeAsync(cancellation))?.State;
                return state is TransformerState.Ready ? Status("ready") : throw new ApiException(state is { } known ? ServedModels.NotReady(known) : ApiError.Unavailable);
            })
            .AllowAnonymous().WithName("Readiness").WithSummary("200 while requests are served, 503 before and after.").Documented<HealthShape>();
    }

    private static IResult Status(string status) => Results.Json(new HealthShape(status), HealthJson.Default);
}
