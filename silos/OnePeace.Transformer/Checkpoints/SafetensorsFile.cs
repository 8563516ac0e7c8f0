using System.Buffers.Binary;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>A <c>.safetensors</c> file, memory-mapped: a tensor read from it shares the file's pages until the tensor is gone, also after disposal.</summary>
public sealed class SafetensorsFile : IWeightSource, IDisposable
{
    /// <summary>The longest header that is read, as in the format's own implementation.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    private readonly FileMapping _mapping;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;

    /// <exception cref="InvalidDataException">The file is no well-formed safetensors file: what was expected and what came.</exception>
    public SafetensorsFile(string path)
    {
        _mapping = new FileMapping(path);
        try
        {
            var headerLength = ReadHeaderLength();
            _dataStart = sizeof(ulong) + headerLength;
            _header = SafetensorsHeader.Parse(_mapping.Bytes(sizeof(ulong), headerLength), _mapping.Length - _dataStart);
        }
        catch (InvalidDataException e)
        {
            _mapping.Dispose();
            throw new InvalidDataException($"{_mapping.Name} is not a valid safetensors file: {e.Message}", e);
        }
        Weights = _header.Tensors.ToDictionary(t => t.Key, t => new WeightInfo(t.Value.Type, t.Value.Shape));
    }

    public IReadOnlyDictionary<string, WeightInfo> Weights { get; }

    /// <summary>The free text pairs of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    public Tensor Read(string name)
    {
        if (!_header.Tensors.TryGetValue(name, out var entry))
            throw new KeyNotFoundException($"{_mapping.Name} has no tensor '{name}'.");
        return _mapping.Tensor(_dataStart + entry.Begin, entry.Type, entry.Shape);
    }

    public void Dispose() => _mapping.Dispose();

    private int ReadHeaderLength()
    {
        if (_mapping.Length < sizeof(ulong))
            throw new InvalidDataException($"expected 8 bytes of header length, but the file has {_mapping.Length} bytes.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(_mapping.Bytes(0, sizeof(ulong)));
        if (length > MaxHeaderBytes)
            throw new InvalidDataException($"expected a header of at most {MaxHeaderBytes} bytes, but it claims {length}.");
        if ((long)length > _mapping.Length - sizeof(ulong))
            throw new InvalidDataException($"the header claims {length} bytes, but only {_mapping.Length - sizeof(ulong)} follow.");
        return (int)length;
    }
}
