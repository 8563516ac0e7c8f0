namespace OnePeace.Gateway.Embeddings.Reading;

/// <summary>What a document holds at one place.</summary>
internal enum ValueKind
{
    Null,
    Boolean,
    Number,
    Text,
    Bytes,
    Array,
    Map,
}

/// <summary>Reads a JSON or MessagePack document forward, without building a tree and without reflection.</summary>
/// <remarks>Every value that is looked at has to be consumed, by one of the reading members or by walking to the end of it.</remarks>
internal interface IDocumentReader
{
    /// <summary>The deepest nesting that is read.</summary>
    const int MaxDepth = 16;

    /// <summary>Kind of the value that comes next.</summary>
    ValueKind Kind { get; }

    void EnterMap();

    /// <summary>Moves to the next entry's value, or out of the map.</summary>
    bool NextKey(out string key);

    void EnterArray();

    /// <summary>Moves to the next element, or out of the array.</summary>
    bool NextElement();

    void ReadNull();

    /// <summary>A text's UTF-8 bytes, checked; they lie in the body where nothing had to be unescaped.</summary>
    ReadOnlyMemory<byte> ReadText();

    /// <summary>Raw bytes; they lie in the body.</summary>
    ReadOnlyMemory<byte> ReadBytes();

    /// <summary>A number, or null where it is no 32-bit integer.</summary>
    int? ReadInt32();

    /// <summary>Makes sure that nothing follows.</summary>
    void ReadEnd();
}
