using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Models;

/// <summary>How weights start when nothing is loaded.</summary>
internal static class FirstWeights
{
    /// <summary>The official first weights; those of matrices and embeddings times <paramref name="scale"/>.</summary>
    /// <param name="module">A module that was just built.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="scale">1 for a width of 1,536. A narrower model wants more, or all inputs look alike to it and it never learns to tell them apart.</param>
    public static void Draw(nn.Module module, long seed, double scale)
    {
        module.InitialiseParameters(seed);
        if (scale == 1) return;
        using var _ = no_grad();
        using var factor = scale.ToScalar();
        foreach (var part in module.modules().Prepend(module).Where(m => m is not (Convolution1d or Convolution2d)))
        {
            foreach (var (_, parameter) in part.named_parameters(recurse: false).Where(p => p.parameter.dim() >= 2)) parameter.mul_(factor);
        }
    }
}
