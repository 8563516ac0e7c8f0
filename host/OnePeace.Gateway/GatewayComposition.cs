using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnePeace.Contracts;
using OnePeace.Files;
using OnePeace.Gateway.Embeddings;
using OnePeace.Gateway.Errors;
using OnePeace.Gateway.Health;
using OnePeace.Gateway.Keys;
using OnePeace.Gateway.Logging;
using OnePeace.Gateway.Modalities;
using OnePeace.Gateway.Models;
using OnePeace.Gateway.OpenApi;
using OnePeace.Gateway.Page;
using OnePeace.Gateway.Runs;
using OpenTelemetry.Metrics;
using Orleans.Configuration;

namespace OnePeace.Gateway;

/// <summary>Puts the gateway into a web application; a silo in the same process, or an Orleans client, brings the grains.</summary>
public static class GatewayComposition
{
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidDataException">The key given or stored cannot be used.</exception>
    public static WebApplicationBuilder AddOnePeaceGateway(this WebApplicationBuilder builder, GatewayOptions options)
    {
        options.Validate();
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(BootstrapKey.Open(options.DataDirectory, options.BootstrapKey ?? FromEnvironment()));
        services.AddSingleton<ServedModels>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<EmbeddingMetrics>();
        services.AddSingleton<EmbeddingEndpoint>();
        services.TryAddSingleton(_ => new ContentStore(Path.Combine(options.DataDirectory, "packages")));
        services.AddSingleton<PackageUpload>();
        services.AddSingleton<ModalityListing>();
        services.AddSingleton<ModalityChanges>();
        services.AddSingleton<RunSubmission>();
        services.AddSingleton<RunEventWriter>();
        services.AddSingleton<RunModelWriter>();
        KeyAuthentication.AddTo(services);
        OpenApiDocumentation.AddTo(services);
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("OnePeace.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.Orleans", "System.Runtime")
            .AddPrometheusExporter());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes + options.MaxBodyBytes / 8 + 4096;   // it counts the framing of chunks too; BodyBudget is exact
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("OnePeace.Gateway.Keys", LogLevel.Warning);   // the request's own line says 401
        return builder;
    }

    /// <summary>Reaches silos in other processes of this machine; without it the silo is in this one.</summary>
    /// <param name="builder">The gateway's host; it starts once a silo answers.</param>
    /// <param name="port">The silo's port for clients.</param>
    public static WebApplicationBuilder AddOnePeaceSiloConnection(
        this WebApplicationBuilder builder, int port, string clusterId = "onepeace", string serviceId = "onepeace")
    {
        builder.UseOrleansClient(client => client
            .UseLocalhostClustering(port, serviceId, clusterId)
            .Configure<ClientMessagingOptions>(messaging => messaging.MaxMessageBodySize = MessageLimits.MessageBytes)
            .UseConnectionRetryFilter(async (_, cancellation) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
                return true;
            }));
        return builder;
    }

    /// <summary>Adds the middleware and the routes; every route but the probes and the page's files wants a key.</summary>
    public static WebApplication MapOnePeaceGateway(this WebApplication app)
    {
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        EmbeddingEndpoint.Map(app);
        ModelEndpoints.Map(app);
        ModalityEndpoints.Map(app);
        RunEndpoints.Map(app);
        HealthEndpoints.Map(app);
        PageEndpoints.Map(app);
        app.MapOpenApi("/openapi/{documentName}.json");
        MetricsEndpoint.Map(app);
        return app;
    }

    private static string? FromEnvironment() => Environment.GetEnvironmentVariable(BootstrapKey.Variable) is { Length: > 0 } key ? key : null;
}
