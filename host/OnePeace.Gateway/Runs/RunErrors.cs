using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Runs;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Runs;

/// <summary>The HTTP face of what stood in a run's way.</summary>
internal static class RunErrors
{
    public static ApiError NotFound { get; } = new(StatusCodes.Status404NotFound, "run_not_found", "There is no such training run; /v1/runs lists what there is.");

    public static ApiError From(RunFault fault) => fault.Kind switch
    {
        RunFaultKind.NotFound => NotFound,
        RunFaultKind.Refused => new(StatusCodes.Status422UnprocessableEntity, "run_refused", fault.Message, fault.Part),
        RunFaultKind.Conflict => new(StatusCodes.Status409Conflict, "conflict", fault.Message),
        _ => new(StatusCodes.Status503ServiceUnavailable, "training_unavailable", fault.Message),
    };
}
