using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Embeddings.Reading;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings;

/// <summary>The HTTP face of what a silo reports.</summary>
internal static class FaultErrors
{
    public static ApiError ToError(EncodeFault fault, IReadOnlyList<InputItem> items)
    {
        var (status, code) = fault.Kind switch
        {
            FaultKind.Malformed => (StatusCodes.Status400BadRequest, "malformed_input"),
            FaultKind.UnknownModality => (StatusCodes.Status400BadRequest, "unknown_modality"),
            FaultKind.TooLarge => (StatusCodes.Status413PayloadTooLarge, "input_too_large"),
            FaultKind.UnsupportedFormat => (StatusCodes.Status415UnsupportedMediaType, "unsupported_input_format"),
            FaultKind.Unusable => (StatusCodes.Status422UnprocessableEntity, "unusable_input"),
            FaultKind.NotReady => (StatusCodes.Status503ServiceUnavailable, "not_ready"),
            FaultKind.Overloaded => (StatusCodes.Status503ServiceUnavailable, "overloaded"),
            FaultKind.TimedOut or FaultKind.Cancelled => (StatusCodes.Status503ServiceUnavailable, "timeout"),
            _ => (StatusCodes.Status500InternalServerError, "internal_error"),
        };
        var path = fault.Item is { } index && index < items.Count ? items[index].Path : null;
        var message = path is null ? fault.Message : $"{path}: {fault.Message}";
        return new ApiError(status, code, message, path) { RetryAfter = fault.RetryAfter ?? (status == 503 ? TimeSpan.FromSeconds(5) : null) };
    }
}
