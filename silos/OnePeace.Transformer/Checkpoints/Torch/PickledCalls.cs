namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>What applying a name on the allow-list to arguments means, as data.</summary>
internal static class PickledCalls
{
    /// <exception cref="InvalidDataException">The arguments are not what the name takes.</exception>
    public static object? Apply(PickledGlobal function, object?[] arguments) => function.Kind switch
    {
        PickledKind.Tensor => Tensor(arguments),
        PickledKind.Parameter => arguments is [PickledTensor tensor, ..] ? tensor : throw Unexpected(function, "a tensor"),
        PickledKind.Dictionary => Dictionary(function, arguments),
        PickledKind.Sequence => Sequence(function, arguments),
        PickledKind.Storage => throw new InvalidDataException($"'{function.Name}' is not allowed here: storages come only by reference to an archive entry."),
        _ => new PickledObject(function),
    };

    /// <summary>A storage named by a persistent id: <c>('storage', type, key, location, count)</c>.</summary>
    public static PickledStorage Storage(object? id)
    {
        if (id is not object?[] parts || parts is not ["storage", PickledGlobal { Kind: PickledKind.Storage } type, string key, string or null, long count, .. var rest] || count < 0 || rest is not ([] or [null]))
            throw new InvalidDataException("Expected a persistent id ('storage', type, key, location, count), but got something else.");
        return new PickledStorage(type.Type, key, count);
    }

    private static PickledTensor Tensor(object?[] arguments) =>
        arguments is [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]
            ? PickledTensor.Create(storage, offset, Integers(shape), Integers(strides))
            : throw new InvalidDataException("Expected a tensor rebuilt from (storage, offset, shape, strides, ...), but got something else.");

    private static long[] Integers(object?[] values) =>
        values.Length > PickledTensor.MaxDimensions
            ? throw new InvalidDataException($"Expected a tensor of at most {PickledTensor.MaxDimensions} dimensions, but got {values.Length}.")
            : Array.ConvertAll(values, v => v is long number ? number : throw new InvalidDataException("Expected integers as a tensor's shape and strides."));

    private static PickledDictionary Dictionary(PickledGlobal function, object?[] arguments)
    {
        var dictionary = new PickledDictionary();
        if (arguments is [] or [PickledGlobal or null]) return dictionary;   // a defaultdict has its factory here
        if (arguments is not [IEnumerable<object?> pairs]) throw Unexpected(function, "pairs");
        foreach (var pair in pairs)
        {
            if (pair is object?[] and [var key, var value]) dictionary.Set(key, value);
            else if (pair is List<object?> and [var listKey, var listValue]) dictionary.Set(listKey, listValue);
            else throw Unexpected(function, "pairs");
        }
        return dictionary;
    }

    private static object Sequence(PickledGlobal function, object?[] arguments) => arguments switch
    {
        [] => Array.Empty<object?>(),
        [IEnumerable<object?> values] => function.Name.EndsWith(".list", StringComparison.Ordinal) ? values.ToList() : values.ToArray(),
        _ => throw Unexpected(function, "a list"),
    };

    private static InvalidDataException Unexpected(PickledGlobal function, string expected) => new($"'{function.Name}' was given something else where {expected} was expected.");
}
