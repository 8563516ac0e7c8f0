using OnePeace.Engine.Batching;
using OnePeace.Modalities;

namespace OnePeace.Engine.Serving;

/// <summary>One prepared input and its modality.</summary>
internal sealed record PreparedPart(string Modality, PreparedInput Input);

/// <summary>One sequence to encode, alone of its kind or one of a batch, and whoever waits for its vector.</summary>
internal sealed class EncodeJob(IReadOnlyList<PreparedPart> parts)
{
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>In the order of their modalities' names, so that jobs of the same modalities can share a batch.</summary>
    public IReadOnlyList<PreparedPart> Parts { get; } = [.. parts.OrderBy(p => p.Modality, StringComparer.Ordinal)];

    public int Tokens => Parts.Sum(p => p.Input.Tokens);

    public string Lane => string.Join(" + ", Parts.Select(p => BatchAssembly.Lane(p.Modality, p.Input)));

    /// <summary>The vector, <c>[D]</c>.</summary>
    public Task<float[]> Vector => _completion.Task;

    public bool IsOver => _completion.Task.IsCompleted;

    public void Complete(float[] vector) => _completion.TrySetResult(vector);

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    public void Cancel(CancellationToken cancellation) => _completion.TrySetCanceled(cancellation);
}
