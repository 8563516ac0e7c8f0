namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>The pickle operations that are read: protocols 2 to 5 without extension codes, text forms and out-of-band buffers (Python's pickletools.py).</summary>
internal enum PickleOpcode : byte
{
    Mark = (byte)'(', Stop = (byte)'.', Pop = (byte)'0', PopMark = (byte)'1', Duplicate = (byte)'2',
    None = (byte)'N', True = 0x88, False = 0x89,
    Int32 = (byte)'J', Byte = (byte)'K', UInt16 = (byte)'M', Long1 = 0x8a, Long4 = 0x8b, Double = (byte)'G',
    String = (byte)'X', ShortString = 0x8c, LongString = 0x8d,
    Bytes = (byte)'B', ShortBytes = (byte)'C', LongBytes = 0x8e, ByteArray = 0x96,
    EmptyList = (byte)']', Append = (byte)'a', Appends = (byte)'e',
    EmptyDictionary = (byte)'}', SetItem = (byte)'s', SetItems = (byte)'u',
    EmptySet = 0x8f, AddItems = 0x90, FrozenSet = 0x91,
    EmptyTuple = (byte)')', Tuple = (byte)'t', Tuple1 = 0x85, Tuple2 = 0x86, Tuple3 = 0x87,
    Get = (byte)'h', LongGet = (byte)'j', Put = (byte)'q', LongPut = (byte)'r', Memoize = 0x94,
    Global = (byte)'c', StackGlobal = 0x93, Reduce = (byte)'R', NewObject = 0x81, Build = (byte)'b', PersistentId = (byte)'Q',
    Protocol = 0x80, Frame = 0x95,
}
