using System.Text.Json.Nodes;
using OnePeace.Transformer.Checkpoints.Torch;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>A <c>.pt</c> file as PyTorch 1.6 and later write it, memory-mapped. Nothing that the file contains is ever executed.</summary>
public sealed class TorchCheckpoint : IWeightSource, IDisposable
{
    private readonly TorchArchive _archive;
    private readonly Dictionary<string, PickledTensor> _tensors = [];

    /// <exception cref="InvalidDataException">The file is damaged, of another format, or holds something that is not allowed, which is named.</exception>
    public TorchCheckpoint(string path)
    {
        try
        {
            _archive = new TorchArchive(path);
            Configuration = Read(Unpickler.Read(_archive.Pickle, _archive.Check));
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            _archive?.Dispose();
            throw new InvalidDataException($"{Path.GetFileName(path)} cannot be read as a checkpoint: {e.Message}", e);
        }
        Weights = _tensors.ToDictionary(t => t.Key, t => new WeightInfo(t.Value.Storage.Type, t.Value.Shape));
    }

    public IReadOnlyDictionary<string, WeightInfo> Weights { get; }

    /// <summary>The training configuration that was saved along (<c>cfg</c>, or else <c>args</c>), or null.</summary>
    public JsonObject? Configuration { get; }

    public Tensor Read(string name) => _tensors.TryGetValue(name, out var tensor)
        ? _archive.Read(tensor)
        : throw new KeyNotFoundException($"{_archive.Name} has no tensor '{name}'.");

    public void Dispose() => _archive.Dispose();

    private JsonObject? Read(object? content)
    {
        if (content is not PickledDictionary top) throw new InvalidDataException("expected a dictionary with the weights under 'model'.");
        foreach (var (key, value) in (top["model"] as PickledDictionary ?? top).Items)
            if (key is string name && value is PickledTensor tensor) _tensors[name] = tensor;
        if (_tensors.Count == 0) throw new InvalidDataException("expected tensors by name under 'model', or at the top, but there are none.");
        return PickledConfiguration.ToJson(top["cfg"]) ?? PickledConfiguration.ToJson(top["args"]);
    }
}
