using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>A Python dictionary: items in order, found by string. Keys that are no strings are kept, not found.</summary>
internal sealed class PickledDictionary
{
    private readonly List<KeyValuePair<object?, object?>> _items = [];
    private Dictionary<string, int>? _places;

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items;

    public object? this[string name] => _places is not null && _places.TryGetValue(name, out var place) ? _items[place].Value : null;

    /// <summary>Adds an item; a string that comes again replaces the earlier value.</summary>
    public void Set(object? key, object? value)
    {
        if (key is not string name || (_places ??= []).TryAdd(name, _items.Count)) _items.Add(new(key, value));
        else _items[_places[name]] = new(key, value);
    }
}

/// <summary>A Python name on the allow-list, standing for itself: nothing is ever looked up or called.</summary>
internal sealed record PickledGlobal(string Name, PickledKind Kind, ScalarType Type = default);

/// <summary>An object of a class on the allow-list: its state as data.</summary>
internal sealed class PickledObject(PickledGlobal type)
{
    public PickledGlobal Type { get; } = type;

    public object? State { get; set; }
}

/// <summary>A storage that lies beside the pickle in the archive.</summary>
/// <param name="Key">The archive entry's name below <c>data/</c>.</param>
/// <param name="Count">How many values it holds.</param>
internal sealed record PickledStorage(ScalarType Type, string Key, long Count);

/// <summary>A tensor as a view of a storage; checked to lie within it.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>libtorch's own limit.</summary>
    public const int MaxDimensions = 64;

    /// <summary>Whether the values lie one after the other in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected) return false;
                expected *= Shape[i];
            }
            return true;
        }
    }

    /// <exception cref="InvalidDataException">It reaches outside its storage, or claims more values than that holds.</exception>
    public static PickledTensor Create(PickledStorage storage, long offset, long[] shape, long[] strides)
    {
        if (shape.Length != strides.Length)
            throw new InvalidDataException($"Expected a tensor with a stride for each dimension, but got the shape {TensorSize.Text(shape)} with the strides {TensorSize.Text(strides)}.");
        var count = TensorSize.Count(shape);
        if (offset < 0 || strides.Any(s => s < 0) || count > storage.Count || (count > 0 && Last(offset, shape, strides) >= storage.Count))
            throw new InvalidDataException($"A tensor of shape {TensorSize.Text(shape)}, strides {TensorSize.Text(strides)} and offset {offset} does not fit its storage '{storage.Key}' of {storage.Count} values.");
        return new PickledTensor(storage, offset, shape, strides);
    }

    /// <summary>The index of the last value; at most 2^127, so that nothing overflows.</summary>
    private static Int128 Last(long offset, long[] shape, long[] strides)
    {
        Int128 last = offset;
        for (var i = 0; i < shape.Length; i++) last += (Int128)(shape[i] - 1) * strides[i];
        return last;
    }
}
