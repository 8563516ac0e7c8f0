using System.Buffers.Binary;
using System.Text;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>A name in a pickle.</summary>
internal sealed record Global(string Module, string Name);

/// <summary>A call of a name (REDUCE), whatever it is.</summary>
internal sealed record Call(object? Function, params object?[] Arguments);

/// <summary>A persistent id, whatever it is.</summary>
internal sealed record Persistent(object? Id)
{
    /// <summary>A storage as torch.save writes it.</summary>
    public static Persistent Storage(string type, string key, long count) => new(new object?[] { "storage", new Global("torch", $"{type}Storage"), key, "cpu", count });
}

/// <summary>Operations as they are.</summary>
internal sealed record Raw(params byte[] Operations);

/// <summary>Writes pickles of protocol 2: tuples are arrays, and every call and name is what the test says.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [0x80, 2];

    public static byte[] Write(object? value)
    {
        var writer = new PickleWriter();
        writer.Add(value);
        return [.. writer._bytes, (byte)'.'];
    }

    /// <summary>A tensor over a storage.</summary>
    public static Call Tensor(object? storage, long offset, object?[] shape, object?[] strides) =>
        new(new Global("torch._utils", "_rebuild_tensor_v2"), storage, offset, shape, strides, false, new Call(new Global("collections", "OrderedDict")));

    private void Add(object? value)
    {
        switch (value)
        {
            case null: _bytes.Add((byte)'N'); break;
            case bool truth: _bytes.Add(truth ? (byte)0x88 : (byte)0x89); break;
            case int number: Add((long)number); break;
            case long number: _bytes.AddRange([0x8a, 8, .. BitConverter.GetBytes(number)]); break;
            case double number: Add('G', BinaryPrimitives.ReverseEndianness(BitConverter.DoubleToInt64Bits(number))); break;
            case string text: _bytes.AddRange([(byte)'X', .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)]); break;
            case Global(var module, var name): _bytes.AddRange(Encoding.UTF8.GetBytes($"c{module}\n{name}\n")); break;
            case Raw(var operations): _bytes.AddRange(operations); break;
            case object?[] tuple: AddAll('(', tuple, 't'); break;
            case Dictionary<string, object?> items: Add(new Raw((byte)'}')); AddAll('(', items.SelectMany(i => new[] { i.Key, i.Value }), 'u'); break;
            case Call(var function, var arguments): Add(function); Add(arguments); _bytes.Add((byte)'R'); break;
            case Persistent(var id): Add(id); _bytes.Add((byte)'Q'); break;
            default: throw new NotSupportedException($"No pickle of {value.GetType()} here.");
        }
    }

    private void Add(char operation, long operand) => _bytes.AddRange([(byte)operation, .. BitConverter.GetBytes(operand)]);

    private void AddAll(char before, IEnumerable<object?> values, char after)
    {
        _bytes.Add((byte)before);
        foreach (var value in values) Add(value);
        _bytes.Add((byte)after);
    }
}
