using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Modalities;
using OnePeace.Files;
using OnePeace.Gateway.Embeddings;
using OnePeace.Gateway.Errors;
using OnePeace.Gateway.Models;

namespace OnePeace.Gateway.Modalities;

/// <summary>Commands to modalities. Whatever one changes, the next request through this gateway sees.</summary>
internal sealed class ModalityChanges(GatewayOptions options, IGrainFactory grains, ServedModels models, ModalityListing listing, PackageUpload upload)
{
    private const long MaxCommandBytes = 64 << 10;

    public async Task<IResult> AddAsync(HttpContext context)
    {
        await models.ServingAsync(context.RequestAborted);
        var attaching = AttachAsync(await upload.TakeAsync(context));   // goes on where the caller leaves, so that store and grain agree in the end
        var (package, was, reply) = await attaching.WaitAsync(context.RequestAborted);
        context.Response.Headers.Location = $"/v1/modalities/{package.Name}";
        return Answer(reply, package.Name, was == VersionState.Ready ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    public async Task<IResult> SwitchAsync(string name, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var body = await RequestBody.ReadAsync(context.Request, MaxCommandBytes, cancellation);
        var version = Read(body) ?? throw new ApiException(ApiError.BadRequest("Send {\"version\": \"1.2.0\"} with a version that is registered.", "version"));
        await CheckPackageAsync(name, version, cancellation);
        return Answer(await grains.GetModality(options.Core, name).SwitchAsync(version, cancellation), name, StatusCodes.Status200OK);
    }

    public async Task<IResult> RemoveAsync(string name, string? version, CancellationToken cancellation)
    {
        var versions = await CheckPackageAsync(name, version, cancellation);
        if (versions.Any(v => v.Version == version && v.State == ModalityListing.Name(VersionState.Ready))) throw new ApiException(ModalityErrors.Serving(name, version!));
        return Answer(await grains.GetModality(options.Core, name).RemoveAsync(version, cancellation), name, StatusCodes.Status200OK);
    }

    private async Task<(PackageSummary Package, VersionState? Was, ModalityReply Reply)> AttachAsync(HeldContent held)
    {
        using (held)
        {
            var inspection = await grains.GetPackageInspector(options.Core).InspectAsync(held.Hash, CancellationToken.None);
            var package = inspection.Package ?? throw new ApiException(ModalityErrors.From(inspection.Fault!));
            if (await listing.IsOfModelAsync(package.Name, CancellationToken.None)) throw new ApiException(OwnedByModel(package.Name));
            var grain = grains.GetModality(options.Core, package.Name);
            var before = (await grain.DescribeAsync()).Versions.FirstOrDefault(v => v.Package.Hash == held.Hash);
            held.Keep();   // from here on the grain may need it, whatever becomes of its answer
            var reply = await grain.AddAsync(package, CancellationToken.None);
            if (reply.Modality.Versions.Any(v => v.Package.Hash == held.Hash && v.State != VersionState.Failed)) held.Keep();   // again: it may have been on its way out before
            else held.Discard();
            return (package, before?.State, reply);
        }
    }

    /// <returns>The versions of the modality.</returns>
    /// <exception cref="ApiException">There is no such modality or version, or it is one of the model's own.</exception>
    private async Task<IReadOnlyList<VersionInfo>> CheckPackageAsync(string name, string? version, CancellationToken cancellation)
    {
        var versions = (await listing.OneAsync(name, cancellation)).Versions ?? throw new ApiException(OwnedByModel(name));
        if (version is not null && versions.All(v => v.Version != version)) throw new ApiException(ModalityErrors.NoVersion(name, version, versions));
        return versions;
    }

    private IResult Answer(ModalityReply reply, string name, int status)
    {
        models.Forget();
        if (reply.Fault is { } fault) throw new ApiException(ModalityErrors.From(fault));
        if (reply.Modality.Versions.Count == 0) return ModalityEndpoints.Json(ModalityErrors.Gone(name));
        var ready = reply.Modality.Versions.FirstOrDefault(v => v.State == VersionState.Ready)?.Package.Hash;
        var info = ModalityListing.OfPackage(reply.Modality, ready is null ? null : new(name, "", "", ready, []));
        return ModalityEndpoints.Json(info, reply.Finished ? status : StatusCodes.Status202Accepted);
    }

    private static ApiError OwnedByModel(string name) =>
        new(StatusCodes.Status409Conflict, "conflict", $"'{Shown.Name(name)}' belongs to the model itself: it cannot be replaced, switched or removed.");

    private static string? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, ModalityJson.Default.SwitchRequest)?.Version;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
