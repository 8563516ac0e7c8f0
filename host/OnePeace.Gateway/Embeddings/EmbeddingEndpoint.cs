using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Embeddings.Reading;
using OnePeace.Gateway.Embeddings.Writing;
using OnePeace.Gateway.Errors;
using OnePeace.Gateway.Models;
using OnePeace.Gateway.OpenApi;

namespace OnePeace.Gateway.Embeddings;

/// <summary><c>POST /v1/embeddings</c>: raw inputs in, one grain call, vectors out.</summary>
internal sealed class EmbeddingEndpoint(GatewayOptions options, IGrainFactory grains, ServedModels models, BodyBudget budget, EmbeddingMetrics metrics, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/v1/embeddings", (HttpContext context, EmbeddingEndpoint endpoint) => endpoint.AnswerAsync(context))
        .WithName("CreateEmbeddings")
        .WithSummary("Turns texts, and media of every attached modality, into vectors of one space.")
        .Documented<EmbeddingsRequestShape, EmbeddingsAnswerShape>();

    private async Task AnswerAsync(HttpContext context)
    {
        var bodyFormat = WireFormats.OfBody(context.Request);
        await models.ServingAsync(context.RequestAborted);   // before anything is read for nothing
        using var lease = budget.Take(context.Request.ContentLength);
        var body = await RequestBody.ReadAsync(context.Request, options.MaxBodyBytes, context.RequestAborted, lease);
        var (request, served) = await ReadAsync(body, bodyFormat, context.RequestAborted);
        var dimensions = CheckedDimensions(request, served);
        ServedModels.CheckName(request.Model, served);
        var reply = await EncodeAsync(request, MayKeep(context.Request), context.RequestAborted);
        if (reply.Fault is { } fault)
            throw new ApiException(FaultErrors.ToError(fault, request.Items));
        metrics.Count(request.Items, reply.Vectors);
        var answer = new EmbeddingAnswer(served.Model, Shortened.To(dimensions, reply.Vectors), request.Base64);
        await EmbeddingWriter.WriteAsync(context.Response, answer, WireFormats.OfAnswer(context.Request, bodyFormat), context.RequestAborted);
    }

    /// <summary>Reads the request by what serves now. A modality that is not known may have been attached a moment ago: then it asks afresh, once.</summary>
    private async Task<(EmbeddingRequest Request, TransformerDescription Served)> ReadAsync(ReadOnlyMemory<byte> body, WireFormat format, CancellationToken left)
    {
        var served = await models.ServingAsync(left);
        try
        {
            return (Read(served), served);
        }
        catch (ApiException e) when (e.Error.Code == "unknown_modality")
        {
            models.Forget();
            served = await models.ServingAsync(left);
            return (Read(served), served);
        }

        EmbeddingRequest Read(TransformerDescription now) => EmbeddingRequestReader.Read(body, format, new AcceptedModalities(now.Modalities), options.MaxItems);
    }

    private async Task<EncodeReply> EncodeAsync(EmbeddingRequest request, bool mayKeep, CancellationToken left)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(left);
        patience.CancelAfter(options.RequestTimeout + TimeSpan.FromSeconds(2));   // the engine keeps the deadline; this is for one that hangs
        var work = new EncodeRequest
        {
            Items = [.. request.Items.Select(i => i.Item)],
            Deadline = time.GetUtcNow() + options.RequestTimeout,
            KeepsResults = mayKeep,
        };
        try
        {
            return await grains.GetTransformer(options.Core, options.Replica).EncodeAsync(work, patience.Token);
        }
        catch (OperationCanceledException) when (!left.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>An installation has one tenant, whose operator decides whether anything is kept at all; a request may say no for itself.</summary>
    private static bool MayKeep(HttpRequest request) => request.GetTypedHeaders().CacheControl is not { NoStore: true };

    private static int CheckedDimensions(EmbeddingRequest request, TransformerDescription served) => request.Dimensions switch
    {
        null => served.Dimensions,
        { } wanted when wanted >= 1 && wanted <= served.Dimensions => wanted,
        _ => throw new ApiException(ApiError.BadRequest($"'dimensions' must be 1 to {served.Dimensions}.", "dimensions")),
    };
}
