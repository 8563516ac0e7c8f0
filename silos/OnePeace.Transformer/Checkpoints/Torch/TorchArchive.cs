using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>The zip file that <c>torch.save</c> writes: one pickle, and one stored entry a storage, mapped where it lies.</summary>
internal sealed class TorchArchive : IDisposable
{
    private const int MaxPickleBytes = 64 << 20;

    private readonly FileMapping _mapping;
    private readonly IReadOnlyDictionary<string, ZipEntry> _entries;
    private readonly string _root;

    /// <exception cref="InvalidDataException">The file is no such archive.</exception>
    public TorchArchive(string path)
    {
        _mapping = new FileMapping(path);
        try
        {
            RefuseOtherFormats();
            _entries = ZipDirectory.Read(_mapping);
            _root = FindRoot();
            CheckByteOrder();
        }
        catch
        {
            _mapping.Dispose();
            throw;
        }
    }

    /// <summary>The file's name, for messages.</summary>
    public string Name => _mapping.Name;

    /// <summary>The pickle itself.</summary>
    public ReadOnlySpan<byte> Pickle
    {
        get
        {
            var entry = _entries[$"{_root}/data.pkl"];
            var (start, length) = ZipDirectory.Locate(_mapping, entry);
            return length <= MaxPickleBytes
                ? _mapping.Bytes(start, (int)length)
                : throw new InvalidDataException($"Expected a pickle of at most {MaxPickleBytes} bytes, but '{entry.Name}' has {length}.");
        }
    }

    /// <summary>Checks that the archive holds a storage with all its values.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public void Check(PickledStorage storage) => Locate(storage);

    /// <summary>A tensor's values: shared with the file where they lie in order there, else copied. The caller disposes it.</summary>
    public Tensor Read(PickledTensor tensor)
    {
        var type = tensor.Storage.Type;
        var start = Locate(tensor.Storage) + (tensor.Offset * type.ElementSize());
        if (tensor.IsContiguous) return _mapping.Tensor(start, type, tensor.Shape);
        if (tensor.Shape.Contains(0)) return empty(tensor.Shape, type);
        var span = 1 + tensor.Shape.Zip(tensor.Strides, (side, stride) => (side - 1) * stride).Sum();
        using var flat = _mapping.Tensor(start, type, [span]);
        using var strided = flat.as_strided(tensor.Shape, tensor.Strides);
        return strided.contiguous();
    }

    public void Dispose() => _mapping.Dispose();

    private long Locate(PickledStorage storage)
    {
        if (!_entries.TryGetValue($"{_root}/data/{storage.Key}", out var entry))
            throw new InvalidDataException($"The archive has no storage '{PickledGlobals.Printable(storage.Key)}'.");
        var (start, length) = ZipDirectory.Locate(_mapping, entry);
        if (storage.Count > length / storage.Type.ElementSize())
            throw new InvalidDataException($"The storage '{storage.Key}' claims {storage.Count} values of {storage.Type}, but its entry has {length} bytes.");
        return start;
    }

    private string FindRoot()
    {
        const string suffix = "/data.pkl";
        string[] pickles = [.. _entries.Keys.Where(k => k.EndsWith(suffix, StringComparison.Ordinal) && k.IndexOf('/') == k.Length - suffix.Length)];
        return pickles is [var pickle]
            ? pickle[..^suffix.Length]
            : throw new InvalidDataException($"Expected one folder with 'data.pkl' in the archive, as torch.save writes it, but found {pickles.Length}.");
    }

    private void CheckByteOrder()
    {
        if (!_entries.TryGetValue($"{_root}/byteorder", out var entry)) return;   // old versions do not say: little
        var (start, length) = ZipDirectory.Locate(_mapping, entry);
        if (!_mapping.Bytes(start, (int)Math.Min(length, 16)).SequenceEqual("little"u8))
            throw new InvalidDataException("Expected little-endian storages; save the checkpoint again on a little-endian machine.");
    }

    private void RefuseOtherFormats()
    {
        ReadOnlySpan<byte> legacyMagic = [0x80, 0x02, 0x8a, 0x0a];
        var start = _mapping.Bytes(0, (int)Math.Min(_mapping.Length, 4));
        if (start.SequenceEqual(legacyMagic))
            throw new InvalidDataException("It is in PyTorch's format from before version 1.6; load it with torch.load and save it again with torch.save.");
        if (!start.StartsWith("PK"u8))
            throw new InvalidDataException("Expected a zip archive as torch.save writes it, but the file does not start like one.");
    }
}
