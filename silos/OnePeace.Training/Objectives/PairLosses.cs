using static TorchSharp.torch;

namespace OnePeace.Training.Objectives;

/// <summary>What one batch of pairs costs. All tensors are scalars, owned by the caller's dispose scope; only <see cref="Total"/> has a gradient.</summary>
/// <param name="Total">The weighted sum, to call <c>backward</c> on.</param>
public sealed record PairLosses(Tensor Total)
{
    /// <summary>Null where its weight is 0, like the others.</summary>
    public Tensor? Contrastive { get; init; }

    public Tensor? PivotAlone { get; init; }

    public Tensor? OtherAlone { get; init; }

    public Tensor? PivotJoint { get; init; }

    public Tensor? OtherJoint { get; init; }

    /// <summary>Of how many pivots the most similar other is their own.</summary>
    public Tensor? PivotCorrect { get; init; }

    /// <summary>Of how many others the most similar pivot is their own.</summary>
    public Tensor? OtherCorrect { get; init; }

    /// <summary>What similarities were multiplied by.</summary>
    public Tensor? Factor { get; init; }

    /// <summary>The losses that were computed, unweighted, by name.</summary>
    public IEnumerable<(string Name, Tensor Value)> Terms => new (string Name, Tensor? Value)[]
    {
        ("contrastive", Contrastive), ("pivot_alone", PivotAlone), ("other_alone", OtherAlone), ("pivot_joint", PivotJoint), ("other_joint", OtherJoint),
    }.Where(term => term.Value is not null).Select(term => (term.Name, term.Value!));
}
