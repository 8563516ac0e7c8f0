using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OnePeace.Gateway.OpenApi;

namespace OnePeace.Gateway.Modalities;

/// <summary><c>/v1/modalities</c>: what serves, and packages going in and out; <c>/v1/events</c>: what happened.</summary>
internal static class ModalityEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/modalities", async (ModalityListing listing, CancellationToken cancellation) => Json(new ModalityList(await listing.AllAsync(cancellation))))
            .WithName("ListModalities").WithSummary("The modalities that are attached, being attached, or were refused.").Documented<ModalityList>();
        routes.MapGet("/v1/modalities/{name}", async (string name, ModalityListing listing, CancellationToken cancellation) => Json(await listing.OneAsync(name, cancellation)))
            .WithName("GetModality").WithSummary("One modality and its versions.").Documented<ModalityInfo>();
        routes.MapPost("/v1/modalities", (HttpContext context, ModalityChanges changes) => changes.AddAsync(context))
            .WithName("AddModality").WithSummary("Attaches a package beside everything that serves; its body is the package itself.")
            .Documented<ModalityInfo>().Accepts<PackageShape>(PackageUpload.MediaType, "application/zip", "application/octet-stream")
            .Produces<ModalityInfo>(StatusCodes.Status201Created).Produces<ModalityInfo>(StatusCodes.Status202Accepted)
            .Refuses(400, 403, 409, 413, 415, 422, 507);
        routes.MapPut("/v1/modalities/{name}", (string name, HttpContext context, ModalityChanges changes) => changes.SwitchAsync(name, context))
            .WithName("SwitchModality").WithSummary("Makes another version of a modality the one that serves.").Documented<ModalityInfo>().Accepts<SwitchRequest>("application/json")
            .Produces<ModalityInfo>(StatusCodes.Status202Accepted).Refuses(400, 403, 409, 413, 415, 422);
        routes.MapDelete("/v1/modalities/{name}", (string name, string? version, ModalityChanges changes, CancellationToken cancellation) => changes.RemoveAsync(name, version, cancellation))
            .WithName("RemoveModality").WithSummary("Detaches a modality and forgets its versions, or one version that does not serve.").Documented<ModalityInfo>()
            .Produces<ModalityInfo>(StatusCodes.Status202Accepted).Refuses(409);
        routes.MapGet("/v1/events", async (long? after, ModalityListing listing) => Json(await listing.EventsAsync(after ?? 0)))
            .WithName("ListEvents").WithSummary("What happened to modalities lately, oldest first.").Documented<EventList>();
    }

    public static IResult Json<T>(T value, int status = StatusCodes.Status200OK) => Results.Json(value, ModalityJson.Default, statusCode: status);
}
