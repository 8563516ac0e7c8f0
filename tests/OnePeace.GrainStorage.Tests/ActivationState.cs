using System.Diagnostics.CodeAnalysis;

namespace OnePeace.GrainStorage.Tests;

/// <summary>What an activation has in memory of its state.</summary>
internal sealed class ActivationState<T> : IGrainState<T>
{
    [AllowNull] public T State { get; set; } = default!;
    public string? ETag { get; set; }
    public bool RecordExists { get; set; }
}
