using System.Text.Json;
using System.Text.Unicode;

namespace OnePeace.Gateway.Embeddings.Reading;

/// <summary>Reads JSON. Throws <see cref="JsonException"/> or <see cref="InvalidOperationException"/> where the text is none.</summary>
internal ref struct JsonDocumentReader : IDocumentReader
{
    private readonly ReadOnlyMemory<byte> _body;
    private Utf8JsonReader _reader;

    public JsonDocumentReader(ReadOnlyMemory<byte> body)
    {
        _body = body;
        _reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = IDocumentReader.MaxDepth });
        _reader.Read();
    }

    public readonly ValueKind Kind => _reader.TokenType switch
    {
        JsonTokenType.StartObject => ValueKind.Map,
        JsonTokenType.StartArray => ValueKind.Array,
        JsonTokenType.String => ValueKind.Text,
        JsonTokenType.Number => ValueKind.Number,
        JsonTokenType.True or JsonTokenType.False => ValueKind.Boolean,
        _ => ValueKind.Null,
    };

    // The reader stands on a value's first token until it is consumed, and on its last one afterwards.
    public readonly void EnterMap() { }

    public bool NextKey(out string key)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            key = "";
            return false;
        }
        key = _reader.GetString()!;
        _reader.Read();
        return true;
    }

    public readonly void EnterArray() { }

    public bool NextElement()
    {
        _reader.Read();
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    public readonly void ReadNull() { }

    public readonly ReadOnlyMemory<byte> ReadText()
    {
        var raw = _reader.ValueSpan;
        if (_reader.ValueIsEscaped)
        {
            var text = new byte[raw.Length];
            return text.AsMemory(0, _reader.CopyString(text));
        }
        return Utf8.IsValid(raw) ? _body.Slice((int)_reader.TokenStartIndex + 1, raw.Length) : throw new JsonException("not UTF-8");
    }

    public readonly ReadOnlyMemory<byte> ReadBytes() => throw new InvalidOperationException("JSON has no bytes.");

    public readonly int? ReadInt32() => _reader.TryGetInt32(out var value) ? value : null;

    public void ReadEnd() => _reader.Read();   // anything but white space throws
}
