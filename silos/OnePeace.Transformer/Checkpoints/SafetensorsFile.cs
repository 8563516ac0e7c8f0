using System.Buffers.Binary;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>A <c>.safetensors</c> file, memory-mapped: a tensor read from it shares the file's pages until the tensor is gone, also after disposal.</summary>
public sealed class SafetensorsFile : IWeightSource, IDisposable
{
    /// <summary>The longest header that is read, as in the format's own implementation.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    private readonly FileMapping _mapping;
    private readonly IDisposable? _owned;
    private readonly string _name;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;

    /// <exception cref="InvalidDataException">The file is no well-formed safetensors file: what was expected and what came.</exception>
    public SafetensorsFile(string path) : this(new FileMapping(path))
    {
    }

    private SafetensorsFile(FileMapping mapping) : this(mapping, mapping.Name, 0, mapping.Length, mapping)
    {
    }

    /// <summary>A part of a mapped file.</summary>
    /// <param name="mapping">The whole file.</param>
    /// <param name="name">What messages call the part.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="owned">Disposed with this one.</param>
    internal SafetensorsFile(FileMapping mapping, string name, long start, long length, IDisposable? owned = null)
    {
        (_mapping, _name, _owned) = (mapping, name, owned);
        try
        {
            var headerLength = ReadHeaderLength(start, length);
            _dataStart = start + sizeof(ulong) + headerLength;
            _header = SafetensorsHeader.Parse(_mapping.Bytes(start + sizeof(ulong), headerLength), length - sizeof(ulong) - headerLength);
        }
        catch (InvalidDataException e)
        {
            owned?.Dispose();
            throw new InvalidDataException($"{name} is not a valid safetensors file: {e.Message}", e);
        }
        Weights = _header.Tensors.ToDictionary(t => t.Key, t => new WeightInfo(t.Value.Type, t.Value.Shape));
    }

    public IReadOnlyDictionary<string, WeightInfo> Weights { get; }

    /// <summary>The free text pairs of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    public Tensor Read(string name)
    {
        if (!_header.Tensors.TryGetValue(name, out var entry))
            throw new KeyNotFoundException($"{_name} has no tensor '{name}'.");
        return _mapping.Tensor(_dataStart + entry.Begin, entry.Type, entry.Shape);
    }

    public void Dispose() => _owned?.Dispose();

    private int ReadHeaderLength(long start, long fileLength)
    {
        if (fileLength < sizeof(ulong))
            throw new InvalidDataException($"expected 8 bytes of header length, but the file has {fileLength} bytes.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(_mapping.Bytes(start, sizeof(ulong)));
        if (length > MaxHeaderBytes)
            throw new InvalidDataException($"expected a header of at most {MaxHeaderBytes} bytes, but it claims {length}.");
        if ((long)length > fileLength - sizeof(ulong))
            throw new InvalidDataException($"the header claims {length} bytes, but only {fileLength - sizeof(ulong)} follow.");
        return (int)length;
    }
}
