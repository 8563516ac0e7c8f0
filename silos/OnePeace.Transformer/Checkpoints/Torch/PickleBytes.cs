using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>Reads a pickle's operands; never past its end.</summary>
internal ref struct PickleBytes(ReadOnlySpan<byte> bytes)
{
    private const int MaxName = 1000;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;

    public byte ReadByte() => Take(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A two's complement integer of any length: an Int64 where it fits, else a Double.</summary>
    public object ReadInteger(uint length)
    {
        const int longest = 255;
        if (length > longest) throw new InvalidDataException($"Expected an integer of at most {longest} bytes, but it claims {length}.");
        var value = new BigInteger(Take(length));
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : (double)value;
    }

    public string ReadString(ulong length)
    {
        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("Expected a string in UTF-8, but it is not.", e);
        }
    }

    /// <summary>A name up to the end of its line.</summary>
    public string ReadLine()
    {
        var end = _rest[..Math.Min(_rest.Length, MaxName)].IndexOf((byte)'\n');
        if (end < 0) throw new InvalidDataException($"Expected a name of at most {MaxName} bytes, but its line does not end.");
        var line = ReadString((ulong)end);
        _rest = _rest[1..];
        return line;
    }

    /// <summary>The next bytes, as they are.</summary>
    public ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length) throw new InvalidDataException($"The pickle ends too early: {length} more bytes were expected, but {_rest.Length} are left.");
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}
