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
    /// <summary>Where no silo answers, metrics are wanted all the more: nobody waits long for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, branch => branch.Use(KnowModalitiesAsync), optionsName: null);

    private static async Task KnowModalitiesAsync(HttpContext context, RequestDelegate next)
    {
        var services = context.RequestServices;
        var metrics = services.GetRequiredService<EmbeddingMetrics>();
        var serving = services.GetRequiredService<ServedModels>().TryDescribeTogetherAsync();
        await ((Task)serving.WaitAsync(Patience, context.RequestAborted)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (serving is { IsCompletedSuccessfully: true } && await serving is { } served) metrics.Know(served.Modalities);
        await next(context);
    }
}
