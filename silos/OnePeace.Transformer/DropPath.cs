using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>Stochastic depth: drops a whole residual branch per sample while training and scales up what stays.</summary>
public sealed class DropPath : nn.Module<Tensor, Tensor>
{
    private readonly double _rate;
    private readonly Generator _generator;

    /// <param name="rate">Probability that a sample's branch is dropped.</param>
    /// <param name="generator">The core's, on the CPU; not owned.</param>
    public DropPath(double rate, Generator generator) : base(nameof(DropPath))
    {
        _rate = rate;
        _generator = generator;
    }

    /// <param name="branch"><c>[B, L, D]</c>.</param>
    public override Tensor forward(Tensor branch)
    {
        if (!training || _rate == 0) return branch.alias();
        using var scope = NewDisposeScope();
        using var keep = (1 - _rate).ToScalar();
        var kept = rand(branch.size(0), 1, 1, generator: _generator).lt(keep);                    // [B, 1, 1]
        return branch.mul(kept.to(branch.dtype, branch.device).div(keep)).MoveToOuterDisposeScope();
    }
}
