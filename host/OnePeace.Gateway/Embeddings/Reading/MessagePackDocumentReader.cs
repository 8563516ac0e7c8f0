using System.Buffers;
using System.Text.Unicode;
using MessagePack;

namespace OnePeace.Gateway.Embeddings.Reading;

/// <summary>Reads MessagePack. Throws <see cref="MessagePackSerializationException"/> or <see cref="EndOfStreamException"/> where the bytes are none.</summary>
internal ref struct MessagePackDocumentReader(ReadOnlyMemory<byte> body) : IDocumentReader
{
    private readonly Stack<int> _left = new(IDocumentReader.MaxDepth);   // entries still to come, of each open map or array
    private MessagePackReader _reader = new(body);

    public readonly ValueKind Kind => _reader.NextMessagePackType switch
    {
        MessagePackType.Map => ValueKind.Map,
        MessagePackType.Array => ValueKind.Array,
        MessagePackType.String => ValueKind.Text,
        MessagePackType.Binary => ValueKind.Bytes,
        MessagePackType.Integer or MessagePackType.Float => ValueKind.Number,
        MessagePackType.Boolean => ValueKind.Boolean,
        MessagePackType.Nil => ValueKind.Null,
        _ => throw new MessagePackSerializationException("An extension type."),
    };

    public void EnterMap() => Enter(_reader.ReadMapHeader());

    public bool NextKey(out string key)
    {
        var more = NextElement();
        key = more ? _reader.ReadString() ?? throw new MessagePackSerializationException("A key is nil.") : "";
        return more;
    }

    public void EnterArray() => Enter(_reader.ReadArrayHeader());

    public bool NextElement()
    {
        var left = _left.Pop();
        if (left == 0)
            return false;
        _left.Push(left - 1);
        return true;
    }

    public void ReadNull() => _reader.ReadNil();

    public ReadOnlyMemory<byte> ReadText()
    {
        var text = Contiguous(_reader.ReadStringSequence());
        return Utf8.IsValid(text.Span) ? text : throw new MessagePackSerializationException("A string is not UTF-8.");
    }

    public ReadOnlyMemory<byte> ReadBytes() => Contiguous(_reader.ReadBytes());

    public int? ReadInt32()
    {
        if (_reader.NextMessagePackType == MessagePackType.Integer)
            return _reader.ReadInt32();
        _reader.Skip();
        return null;
    }

    public readonly void ReadEnd()
    {
        if (!_reader.End)
            throw new MessagePackSerializationException("Bytes follow the document.");
    }

    private readonly void Enter(int entries)
    {
        if (_left.Count == IDocumentReader.MaxDepth)
            throw new MessagePackSerializationException("Nested too deeply.");
        _left.Push(entries);
    }

    private static ReadOnlyMemory<byte> Contiguous(ReadOnlySequence<byte>? bytes) => bytes is { } some ? some.First : ReadOnlyMemory<byte>.Empty;
}
