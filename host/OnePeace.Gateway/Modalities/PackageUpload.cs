using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using OnePeace.Files;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Modalities;

/// <summary>Takes a package's bytes into the store as they come: nothing of them is held in memory.</summary>
internal sealed class PackageUpload(GatewayOptions options, ContentStore store)
{
    public const string MediaType = "application/vnd.onepeace.modality";

    /// <summary>The package's hash, and whether it was in the store before.</summary>
    /// <exception cref="ApiException">413, 415 or 507; nothing is left in the store.</exception>
    public async Task<(string Hash, bool IsNew)> TakeAsync(HttpContext context)
    {
        CheckHeaders(context.Request);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;   // the store counts
        var before = store.Hashes.ToHashSet();
        try
        {
            var hash = await store.AddAsync(context.Request.Body, options.MaxPackageBytes, context.RequestAborted);
            return (hash, !before.Contains(hash));
        }
        catch (ContentTooLargeException)
        {
            throw new ApiException(ApiError.TooLarge(options.MaxPackageBytes));
        }
    }

    public void Forget(string hash) => store.Remove(hash);

    private void CheckHeaders(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType.Value?.ToLowerInvariant() is not (MediaType or "application/zip" or "application/octet-stream"))
            throw new ApiException(new ApiError(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", $"Send the package as it is, with Content-Type: {MediaType}, application/zip or application/octet-stream."));
        if (request.ContentLength is not { } length) return;
        if (length > options.MaxPackageBytes) throw new ApiException(ApiError.TooLarge(options.MaxPackageBytes));
        if (length > new DriveInfo(Path.GetFullPath(options.DataDirectory)).AvailableFreeSpace)
            throw new ApiException(new ApiError(StatusCodes.Status507InsufficientStorage, "no_disk_space", "The server's disk has no room for a package of this size."));
    }
}
