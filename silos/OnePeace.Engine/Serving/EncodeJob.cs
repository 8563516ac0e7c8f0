using System.Numerics;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Residency;
using OnePeace.Modalities;

namespace OnePeace.Engine.Serving;

/// <summary>One prepared input and the version that prepared it.</summary>
internal sealed record PreparedPart(ModalityVersion Version, PreparedInput Input)
{
    /// <summary>Only inputs that one version prepared, with fields alike, share a batch.</summary>
    public string Lane => BatchAssembly.Lane($"{Version.Name}@{Version.Identity.Hash}", Input);
}

/// <summary>One sequence to encode, alone of its kind or one of a batch, and whoever waits for its vector.</summary>
internal sealed class EncodeJob
{
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Residents? _residents;

    /// <param name="parts">Leased by whoever makes the job, for as long as this constructor runs; the job leases them for itself.</param>
    /// <param name="residents">Holds the parts' weights on the device; the job's from now on.</param>
    public EncodeJob(IReadOnlyList<PreparedPart> parts, Residents residents)
    {
        Parts = Ordered(parts);
        foreach (var part in Parts) part.Version.TryLease();
        _residents = residents;
    }

    /// <summary>In the order of their modalities' names, so that jobs of the same modalities can share a batch.</summary>
    public IReadOnlyList<PreparedPart> Parts { get; }

    public int Tokens => Parts.Sum(p => p.Input.Tokens);

    /// <summary>Items of several parts share a batch where each part is about as long, since each is padded by itself.</summary>
    public string Lane => Parts.Count == 1 ? Parts[0].Lane : string.Join(" + ", Parts.Select(p => $"{p.Lane} to {BitOperations.RoundUpToPowerOf2((uint)p.Input.Tokens)}"));

    /// <summary>The vector, <c>[D]</c>.</summary>
    public Task<float[]> Vector => _completion.Task;

    public bool IsOver => _completion.Task.IsCompleted;

    public void Complete(float[] vector) => _completion.TrySetResult(vector);

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    public void Cancel(CancellationToken cancellation) => _completion.TrySetCanceled(cancellation);

    /// <summary>The device has nothing more to do with it: its weights may leave. Whoever waits may have left long before.</summary>
    public void LeaveDevice()
    {
        if (Interlocked.Exchange(ref _residents, null) is not { } residents) return;
        residents.Dispose();
        foreach (var part in Parts) part.Version.Release();
    }

    private static IReadOnlyList<PreparedPart> Ordered(IReadOnlyList<PreparedPart> parts) => [.. parts.OrderBy(p => p.Version.Name, StringComparer.Ordinal)];
}
