using System.Runtime.InteropServices;

namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>The unpickler's stack, its marks and its memo.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];

    public void Push(object? value) => _values.Add(value);

    public void Mark() => _marks.Add(_values.Count);

    /// <summary>The topmost value; it stays.</summary>
    public object? Peek() => _values.Count > Floor ? _values[^1] : throw new InvalidDataException("The pickle takes a value where there is none.");

    public object? Pop()
    {
        var value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Everything above the last mark.</summary>
    public object?[] PopMark()
    {
        if (_marks.Count == 0) throw new InvalidDataException("The pickle goes back to a mark where there is none.");
        var start = Floor;
        _marks.RemoveAt(_marks.Count - 1);
        var popped = CollectionsMarshal.AsSpan(_values)[start..].ToArray();
        _values.RemoveRange(start, popped.Length);
        return popped;
    }

    /// <summary>Pops a value that must be of a type.</summary>
    public T Pop<T>(string expected) => Pop() is T value ? value : throw new InvalidDataException($"The pickle has something else where {expected} was expected.");

    public T Peek<T>(string expected) => Peek() is T value ? value : throw new InvalidDataException($"The pickle has something else where {expected} was expected.");

    public void Remember(uint index) => _memo[index] = Peek();

    public void RememberNext() => Remember((uint)_memo.Count);

    public void Recall(uint index) =>
        Push(_memo.TryGetValue(index, out var value) ? value : throw new InvalidDataException($"The pickle refers to the memo's entry {index}, which is not there."));

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];
}
