using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Steps;

/// <summary>All that a trainer needs to go on as if nothing had happened: only what trains, its optimiser's moments, and how far it is. Random draws depend on the step alone.</summary>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="Tensors">Copies on the CPU by <c>KIND/official.name</c>.</param>
public sealed record TrainerState(long Step, IReadOnlyDictionary<string, Tensor> Tensors) : IDisposable
{
    private const long ChunkValues = 1 << 24;

    public void Dispose()
    {
        foreach (var tensor in Tensors.Values) tensor.Dispose();
    }

    /// <summary>Whether every number is one.</summary>
    internal bool IsFinite()
    {
        using var scope = NewDisposeScope();
        return Tensors.Values.All(tensor => tensor.isfinite().all().item<bool>());
    }

    /// <summary>SHA-256 of names and values: a file that is damaged in the middle is well-formed still.</summary>
    internal string Digest()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in Tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            sha.AppendData(Encoding.UTF8.GetBytes(name));
            var flat = tensor.contiguous().view(-1);
            for (var start = 0L; start < flat.size(0); start += ChunkValues)
                sha.AppendData(flat.narrow(0, start, Math.Min(ChunkValues, flat.size(0) - start)).bytes);
        }
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
