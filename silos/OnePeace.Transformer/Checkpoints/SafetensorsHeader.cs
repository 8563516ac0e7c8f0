using System.Text.Json;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>The JSON header of a safetensors file, checked: no duplicate, no hole, no overlap, every size as its shape says.</summary>
internal sealed class SafetensorsHeader
{
    private const int MaxDimensions = 64;   // libtorch's own limit

    private readonly Dictionary<string, Entry> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafetensorsHeader()
    {
    }

    /// <param name="Begin">Offset of the first byte behind the header.</param>
    public readonly record struct Entry(ScalarType Type, long[] Shape, long Begin, long End);

    public IReadOnlyDictionary<string, Entry> Tensors => _tensors;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <param name="json">The header.</param>
    /// <param name="dataLength">How many bytes follow it.</param>
    /// <exception cref="InvalidDataException">Anything is not as the format demands.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        var header = new SafetensorsHeader();
        try
        {
            header.Read(json);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"expected a JSON object as header, but it does not parse ({e.Message}).", e);
        }
        header.CheckLayout(dataLength);
        return header;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
        Expect(ref reader, JsonTokenType.StartObject, "a JSON object as header");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (name == "__metadata__") ReadMetadata(ref reader);
            else if (!_tensors.TryAdd(name, ReadEntry(ref reader, name)))
                throw new InvalidDataException($"expected every tensor once, but '{name}' comes twice.");
        }
        while (reader.Read()) { }   // throws where anything but white space follows
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (_metadata.Count > 0) throw new InvalidDataException("expected one '__metadata__', but it comes twice.");
        Expect(ref reader, JsonTokenType.StartObject, "an object as '__metadata__'");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, $"a string as metadata '{key}'");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw new InvalidDataException($"expected every metadata key once, but '{key}' comes twice.");
        }
    }

    private static Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        ScalarType? type = null;
        long[]? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, $"an object for tensor '{name}'");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            if (key == "dtype" && type is null) type = ReadType(ref reader, name);
            else if (key == "shape" && shape is null) shape = ReadNumbers(ref reader, name, key);
            else if (key == "data_offsets" && offsets is null) offsets = ReadNumbers(ref reader, name, key);
            else throw new InvalidDataException($"tensor '{name}': expected dtype, shape and data_offsets once each, but got '{key}'.");
        }
        if (type is null || shape is null || offsets is not [var begin, var end])
            throw new InvalidDataException($"tensor '{name}': expected dtype, shape and two data_offsets.");
        var expected = TensorSize.Bytes(shape, type.Value);
        if (end < begin || end - begin != expected)
            throw new InvalidDataException($"tensor '{name}': {type} {TensorSize.Text(shape)} takes {expected} bytes, but its offsets are {begin} to {end}.");
        return new Entry(type.Value, shape, begin, end);
    }

    private static ScalarType ReadType(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.String, $"a string as dtype of '{name}'");
        var code = reader.GetString()!;
        return SafetensorsTypes.Find(code)
            ?? throw new InvalidDataException($"tensor '{name}' has the dtype '{code}', which is not known here; expected one of {SafetensorsTypes.Known}.");
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray, $"an array as {key} of '{name}'");
        while (Next(ref reader) == JsonTokenType.Number)
        {
            if (numbers.Count == MaxDimensions || !reader.TryGetInt64(out var number) || number < 0)
                throw new InvalidDataException($"tensor '{name}': expected at most {MaxDimensions} integers from 0 to 2^63 - 1 as {key}.");
            numbers.Add(number);
        }
        if (reader.TokenType != JsonTokenType.EndArray) throw new InvalidDataException($"tensor '{name}': expected integers as {key}, but got {reader.TokenType}.");
        return [.. numbers];
    }

    private void CheckLayout(long dataLength)
    {
        var end = 0L;
        foreach (var (name, entry) in _tensors.OrderBy(t => t.Value.Begin).ThenBy(t => t.Value.End))
        {
            if (entry.Begin != end)
                throw new InvalidDataException($"tensor '{name}': expected it to start at {end}, but it starts at {entry.Begin}: {(entry.Begin < end ? "tensors overlap" : "there is a hole")}.");
            end = entry.End;
        }
        if (end != dataLength)
            throw new InvalidDataException($"the tensors take {end} bytes, but {dataLength} follow the header: the file is truncated or damaged.");
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) => reader.Read() ? reader.TokenType : throw new JsonException("it ends too early");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (Next(ref reader) != type) throw new InvalidDataException($"expected {what}, but got {reader.TokenType}.");
    }
}
