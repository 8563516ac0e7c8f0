using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Tests;

/// <summary>Layers and inputs with the same random values in every run.</summary>
internal static class SeededValues
{
    /// <summary>Every parameter drawn, in evaluation mode.</summary>
    public static T Filled<T>(T layer) where T : nn.Module
    {
        using var gradients = no_grad();
        using var generator = new Generator(5);
        foreach (var parameter in layer.parameters())
        {
            using var values = randn(parameter.Sizes(), generator: generator);
            parameter.copy_(values);
        }
        layer.eval();
        return layer;
    }

    public static Tensor Random(params long[] shape)
    {
        using var generator = new Generator(7);
        return randn(shape, generator: generator);
    }
}
