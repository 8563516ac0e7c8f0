using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Errors;
using Orleans.Runtime;

namespace OnePeace.Gateway.Models;

/// <summary>What the transformer serves, asked for once in a while. Thread-safe.</summary>
internal sealed class ServedModels(GatewayOptions options, IGrainFactory grains, TimeProvider time)
{
    public const string DefaultName = "default";

    private readonly Lock _gate = new();
    private Task<TransformerDescription?>? _together;
    private volatile Seen? _seen;
    private int _age;

    /// <summary>The latest description, at most <see cref="GatewayOptions.DescriptionAge"/> old.</summary>
    public async ValueTask<TransformerDescription> DescribeAsync(CancellationToken cancellation)
    {
        var (now, age) = (time.GetUtcNow(), Volatile.Read(ref _age));
        if (_seen is { } seen && seen.Age == age && now - seen.At < options.DescriptionAge)
            return seen.Description;
        var description = await grains.GetTransformer(options.Core, options.Replica).DescribeAsync(cancellation);
        if (description.State == TransformerState.Ready)
            _seen = new Seen(description, now, age);   // every other state may end at any moment
        else
            _seen = null;
        return description;
    }

    /// <summary>The same, or null where there is no silo to ask, or not yet.</summary>
    public async Task<TransformerDescription?> TryDescribeAsync(CancellationToken cancellation)
    {
        try
        {
            return await DescribeAsync(cancellation);
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The same, for those who wait for a while only: while a silo does not answer, all of them wait for one call.</summary>
    public Task<TransformerDescription?> TryDescribeTogetherAsync()
    {
        lock (_gate)
            return _together is { IsCompleted: false } pending ? pending : _together = TryDescribeAsync(CancellationToken.None);
    }

    /// <summary>The next description is a fresh one; what was asked for before is not kept.</summary>
    public void Forget() => Interlocked.Increment(ref _age);

    /// <exception cref="ApiException">503: nothing serves now.</exception>
    public async ValueTask<TransformerDescription> ServingAsync(CancellationToken cancellation)
    {
        var description = await DescribeAsync(cancellation);
        return description.State == TransformerState.Ready ? description : throw new ApiException(NotReady(description.State));
    }

    /// <exception cref="ApiException">404: no model of that name is served.</exception>
    public static void CheckName(string name, TransformerDescription served)
    {
        if (name != DefaultName && name != served.Model)
        {
            throw new ApiException(new ApiError(StatusCodes.Status404NotFound, "model_not_found",
                $"The model '{Shown.Name(name)}' does not exist here; /v1/models lists what is served.", "model"));
        }
    }

    public static ApiError NotReady(TransformerState state) => new(StatusCodes.Status503ServiceUnavailable, "not_ready", state switch
    {
        TransformerState.Loading => "The model is still loading.",
        TransformerState.Draining => "The server is shutting down.",
        _ => "The model cannot be served; the server's log says why.",
    })
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    private sealed record Seen(TransformerDescription Description, DateTimeOffset At, int Age);
}
