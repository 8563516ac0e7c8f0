using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Modalities;
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
        var cancellation = context.RequestAborted;
        await models.ServingAsync(cancellation);
        var (hash, isNew) = await upload.TakeAsync(context);
        var kept = false;
        try
        {
            var inspection = await grains.GetPackageInspector(options.Core).InspectAsync(hash, cancellation);
            var package = inspection.Package ?? throw new ApiException(ModalityErrors.From(inspection.Fault!));
            if (await listing.IsOfModelAsync(package.Name, cancellation)) throw new ApiException(OwnedByModel(package.Name));
            var there = (await grains.GetModality(options.Core, package.Name).DescribeAsync()).Versions.Any(v => v.Package.Hash == hash && v.State == VersionState.Ready);
            kept = true;   // from here on the grain decides what becomes of it, also where the caller leaves
            var reply = await grains.GetModality(options.Core, package.Name).AddAsync(package, cancellation);
            kept = reply.Modality.Versions.Any(v => v.Package.Hash == hash && v.State != VersionState.Failed);
            var answer = Answer(reply, package.Name, there ? StatusCodes.Status200OK : StatusCodes.Status201Created);
            context.Response.Headers.Location = $"/v1/modalities/{package.Name}";
            return answer;
        }
        finally
        {
            if (isNew && !kept) upload.Forget(hash);
        }
    }

    public async Task<IResult> SwitchAsync(string name, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var body = await RequestBody.ReadAsync(context.Request, MaxCommandBytes, cancellation);
        var version = Read(body) ?? throw new ApiException(ApiError.BadRequest("Send {\"version\": \"1.2.0\"} with a version that is registered.", "version"));
        await CheckPackageAsync(name, cancellation);
        return Answer(await grains.GetModality(options.Core, name).SwitchAsync(version, cancellation), name, StatusCodes.Status200OK);
    }

    public async Task<IResult> RemoveAsync(string name, string? version, CancellationToken cancellation)
    {
        await CheckPackageAsync(name, cancellation);
        return Answer(await grains.GetModality(options.Core, name).RemoveAsync(version, cancellation), name, StatusCodes.Status200OK);
    }

    private async Task CheckPackageAsync(string name, CancellationToken cancellation)
    {
        if ((await listing.OneAsync(name, cancellation)).Versions is null) throw new ApiException(OwnedByModel(name));
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
