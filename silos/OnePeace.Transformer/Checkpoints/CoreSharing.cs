using OnePeace.Modalities;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Modules over tensors that another module has already.</summary>
public static class CoreSharing
{
    /// <summary>A core over the very tensors of another, without gradients, that keeps a mode, a stochastic depth and a generator of its own: training goes through it while the other serves.</summary>
    /// <param name="core">Whose tensors; must outlive the result.</param>
    /// <param name="shape">The same architecture; what only counts in training may differ.</param>
    public static TransformerCore Share(this TransformerCore core, CoreShape shape)
    {
        var shared = new TransformerCore(shape);
        try
        {
            var parameters = core.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
            var first = parameters.Values.First();
            using var _ = no_grad();
            new ModuleWeights(shared, "core").Replace(parameters, first.device, first.dtype);
            shared.eval();
            return shared;
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }
}
