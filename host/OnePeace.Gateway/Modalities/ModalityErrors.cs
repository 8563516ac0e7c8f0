using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Modalities;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Modalities;

/// <summary>The HTTP face of what stood in a command's way.</summary>
internal static class ModalityErrors
{
    public static ApiError From(ModalityFault fault)
    {
        var (status, code) = fault.Kind switch
        {
            ModalityFaultKind.Refused => (StatusCodes.Status422UnprocessableEntity, "package_refused"),
            ModalityFaultKind.NotAllowed => (StatusCodes.Status403Forbidden, "package_not_allowed"),
            ModalityFaultKind.WrongCore => (StatusCodes.Status409Conflict, "wrong_core"),
            ModalityFaultKind.Conflict => (StatusCodes.Status409Conflict, "conflict"),
            ModalityFaultKind.NotFound => (StatusCodes.Status404NotFound, "modality_not_found"),
            ModalityFaultKind.Unavailable => (StatusCodes.Status503ServiceUnavailable, "unavailable"),
            _ => (StatusCodes.Status500InternalServerError, "internal_error"),
        };
        return new ApiError(status, code, fault.Message) { RetryAfter = status == StatusCodes.Status503ServiceUnavailable ? TimeSpan.FromSeconds(5) : null };
    }

    public static ApiError NoVersion(string name, string version, IReadOnlyList<VersionInfo> there) => new(StatusCodes.Status404NotFound, "modality_not_found",
        $"'{name}' has no version '{Shown.Name(version)}'; it has {string.Join(", ", there.Select(v => v.Version))}.", "version");

    public static ApiError Serving(string name, string version) => new(StatusCodes.Status409Conflict, "conflict",
        $"Version {version} of '{name}' serves: switch to another first, or remove the whole modality.", "version");

    /// <summary>What is left of a modality that was removed.</summary>
    public static ModalityInfo Gone(string name) => new(name, "", "detached", "", []) { Encoding = "base64", Source = "package" };
}
