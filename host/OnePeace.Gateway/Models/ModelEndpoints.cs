using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.OpenApi;

namespace OnePeace.Gateway.Models;

/// <summary><c>/v1/models</c> and <c>/v1/modalities</c>: what serves, at which version, in which state.</summary>
internal static class ModelEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", async (ServedModels models, CancellationToken cancellation) =>
                Json(new ModelList(Models(await models.DescribeAsync(cancellation)))))
            .WithName("ListModels").WithSummary("The models that can be named in a request.").Documented<ModelList>();
        routes.MapGet("/v1/models/{**id}", async (string id, ServedModels models, CancellationToken cancellation) =>
            {
                var served = await models.ServingAsync(cancellation);
                ServedModels.CheckName(id, served);
                return Json(Model(served));
            })
            .WithName("GetModel").WithSummary("One model; 'default' names the one that serves by default.").Documented<ModelInfo>();
    }

    private static IResult Json<T>(T value) => Results.Json(value, ModelJson.Default);

    private static IReadOnlyList<ModelInfo> Models(TransformerDescription served) => served.Model.Length > 0 ? [Model(served)] : [];

    private static ModelInfo Model(TransformerDescription served) => new(served.Model)
    {
        Created = served.Since.ToUnixTimeSeconds(),
        State = Name(served.State),
        CoreHash = served.CoreHash,
        Dimensions = served.Dimensions,
        DataType = served.DataType,
        Device = served.Device,
        Deterministic = served.IsDeterministic,
        Slots = served.Slots,
        Modalities = [.. served.Modalities.Select(m => m.Name)],
        Notice = served.Notice,
    };

    private static string Name(TransformerState state) => state.ToString().ToLowerInvariant();
}
