using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnePeace.Gateway.Embeddings;
using OnePeace.Gateway.Models;

namespace OnePeace.Gateway.Health;

/// <summary><c>/metrics</c>, for Prometheus. What was not counted yet is there with 0, also by modality, so that rates hold from the first scrape.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, branch => branch.Use(KnowModalitiesAsync), optionsName: null);

    private static async Task KnowModalitiesAsync(HttpContext context, RequestDelegate next)
    {
        var services = context.RequestServices;
        var metrics = services.GetRequiredService<EmbeddingMetrics>();
        if (await services.GetRequiredService<ServedModels>().TryDescribeAsync(context.RequestAborted) is { } served) metrics.Know(served.Modalities);
        await next(context);
    }
}
