using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>The contrastive temperature: similarities are multiplied by its exponential. Kept as a logarithm between 0 and ln 100.</summary>
public sealed class LogitScale : nn.Module, IInitialised
{
    /// <summary>ln(1 / 0.07).</summary>
    public const double Initial = 2.6592600369327783;

    private static readonly Scalar Lowest = 0f.ToScalar();
    private static readonly Scalar Highest = Math.Log(100).ToScalar();

    [ComponentName(Name = "logit_scale")]
    private readonly Parameter _logarithm;

    public LogitScale() : base(nameof(LogitScale))
    {
        _logarithm = new Parameter(empty([]));
        RegisterComponents();
        TensorCensus.Built(this);
    }

    /// <summary>What is stored, a scalar.</summary>
    public Parameter Logarithm => _logarithm;

    /// <summary>The factor itself. Clamps the stored logarithm in place and without gradient first, so that its gradient still flows at the bounds.</summary>
    public Tensor Factor()
    {
        using (no_grad())
            _logarithm.clamp_(Lowest, Highest);
        return _logarithm.exp();
    }

    public void Initialise(Generator generator) => Initialisation.Fill(_logarithm, Initial);
}
