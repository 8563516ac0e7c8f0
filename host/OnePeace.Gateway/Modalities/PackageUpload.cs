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

    /// <summary>The package in the store. It goes again when it is let go, unless it is kept or was there before.</summary>
    /// <exception cref="ApiException">400, 413, 415 or 507; nothing is left in the store.</exception>
    public async Task<HeldContent> TakeAsync(HttpContext context)
    {
        CheckHeaders(context.Request);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;   // the store counts
        try
        {
            return await store.HoldAsync(context.Request.Body, options.MaxPackageBytes, context.RequestAborted);
        }
        catch (ContentTooLargeException)
        {
            throw new ApiException(TooLarge());
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw new ApiException(NoSpace());
        }
    }

    /// <summary>ENOSPC elsewhere, ERROR_DISK_FULL on Windows.</summary>
    internal static bool IsDiskFull(IOException exception) => exception.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);

    private void CheckHeaders(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType.Value?.ToLowerInvariant() is not (MediaType or "application/zip" or "application/octet-stream"))
            throw new ApiException(new ApiError(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", $"Send the package as it is, with Content-Type: {MediaType}, application/zip or application/octet-stream."));
        if (request.ContentLength is not { } length) return;
        if (length == 0) throw new ApiException(ApiError.BadRequest("The body is empty: send the package's bytes."));
        if (length > options.MaxPackageBytes) throw new ApiException(TooLarge());
        if (length > new DriveInfo(Path.GetFullPath(options.DataDirectory)).AvailableFreeSpace)
            throw new ApiException(NoSpace());
    }

    private static ApiError NoSpace() => new(StatusCodes.Status507InsufficientStorage, "no_disk_space", "The server's disk has no room for a package of this size.");

    private ApiError TooLarge() => ApiError.TooLarge(options.MaxPackageBytes) with { Message = $"The package is larger than {options.MaxPackageBytes} bytes, which is the most that this server takes." };
}
