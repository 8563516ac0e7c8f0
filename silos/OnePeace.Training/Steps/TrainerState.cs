using static TorchSharp.torch;

namespace OnePeace.Training.Steps;

/// <summary>All that a trainer needs to go on as if nothing had happened: only what trains, its optimiser's moments, and how far it is. Random draws depend on the step alone.</summary>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="Tensors">Copies on the CPU by <c>KIND/official.name</c>.</param>
public sealed record TrainerState(long Step, IReadOnlyDictionary<string, Tensor> Tensors) : IDisposable
{
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values) tensor.Dispose();
    }
}
