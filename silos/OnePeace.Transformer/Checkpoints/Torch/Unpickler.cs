using Op = OnePeace.Transformer.Checkpoints.Torch.PickleOpcode;

namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>Reads a pickle as data. It can only build lists, dictionaries, tensors' descriptions and placeholders: nothing is ever executed.</summary>
internal sealed class Unpickler
{
    /// <summary>More work than any checkpoint needs (the 4B model's needs some hundred thousand steps).</summary>
    public const int MaxSteps = 2_000_000;

    private readonly PickleStack _stack = new();
    private readonly Action<PickledStorage> _checkStorage;
    private int _steps;

    private Unpickler(Action<PickledStorage> checkStorage)
    {
        _checkStorage = checkStorage;
    }

    /// <param name="pickle">The whole pickle.</param>
    /// <param name="checkStorage">Sees every storage; throws where the archive does not hold it.</param>
    /// <exception cref="InvalidDataException">The pickle is damaged, too much work, or wants anything that is not allowed.</exception>
    public static object? Read(ReadOnlySpan<byte> pickle, Action<PickledStorage> checkStorage) => new Unpickler(checkStorage).Run(new PickleBytes(pickle));

    private object? Run(PickleBytes bytes)
    {
        while (true)
        {
            Charge(1);
            var code = bytes.ReadByte();
            if ((Op)code == Op.Stop) return _stack.Pop();
            if (!ReadPlain((Op)code, ref bytes) && !ReadMemo((Op)code, ref bytes) && !Collect((Op)code) && !ReadObject((Op)code, ref bytes))
                throw new InvalidDataException($"The pickle operation 0x{code:x2} is not allowed in a checkpoint.");
        }
    }

    /// <summary>Every step, and every value a step copies, counts: a small pickle cannot ask for much work.</summary>
    private void Charge(int steps)
    {
        _steps += steps;
        if (_steps > MaxSteps) throw new InvalidDataException($"The pickle takes more than {MaxSteps} steps, which no checkpoint needs.");
    }

    private bool ReadPlain(Op code, ref PickleBytes bytes)
    {
        switch (code)
        {
            case Op.None: _stack.Push(null); return true;
            case Op.True: _stack.Push(true); return true;
            case Op.False: _stack.Push(false); return true;
            case Op.Byte: _stack.Push((long)bytes.ReadByte()); return true;
            case Op.UInt16: _stack.Push((long)bytes.ReadUInt16()); return true;
            case Op.Int32: _stack.Push((long)bytes.ReadInt32()); return true;
            case Op.Long1: _stack.Push(bytes.ReadInteger(bytes.ReadByte())); return true;
            case Op.Long4: _stack.Push(bytes.ReadInteger(bytes.ReadUInt32())); return true;
            case Op.Double: _stack.Push(bytes.ReadDouble()); return true;
            case Op.ShortString: _stack.Push(bytes.ReadString(bytes.ReadByte())); return true;
            case Op.String: _stack.Push(bytes.ReadString(bytes.ReadUInt32())); return true;
            case Op.LongString: _stack.Push(bytes.ReadString(bytes.ReadUInt64())); return true;
            case Op.ShortBytes: _stack.Push(bytes.Take(bytes.ReadByte()).ToArray()); return true;
            case Op.Bytes: _stack.Push(bytes.Take(bytes.ReadUInt32()).ToArray()); return true;
            case Op.LongBytes or Op.ByteArray: _stack.Push(bytes.Take(bytes.ReadUInt64()).ToArray()); return true;
            case Op.Protocol:
                if (bytes.ReadByte() is var version and (< 2 or > 5)) throw new InvalidDataException($"Expected pickle protocol 2 to 5, but got {version}.");
                return true;
            case Op.Frame: bytes.ReadUInt64(); return true;   // says how far to read ahead
            default: return false;
        }
    }

    private bool ReadMemo(Op code, ref PickleBytes bytes)
    {
        switch (code)
        {
            case Op.Mark: _stack.Mark(); return true;
            case Op.Pop: _stack.Pop(); return true;
            case Op.PopMark: _stack.PopMark(); return true;
            case Op.Duplicate: _stack.Push(_stack.Peek()); return true;
            case Op.Put: _stack.Remember(bytes.ReadByte()); return true;
            case Op.LongPut: _stack.Remember(bytes.ReadUInt32()); return true;
            case Op.Memoize: _stack.RememberNext(); return true;
            case Op.Get: _stack.Recall(bytes.ReadByte()); return true;
            case Op.LongGet: _stack.Recall(bytes.ReadUInt32()); return true;
            default: return false;
        }
    }

    private bool Collect(Op code)
    {
        switch (code)
        {
            case Op.EmptyList or Op.EmptySet: _stack.Push(new List<object?>()); return true;
            case Op.EmptyDictionary: _stack.Push(new PickledDictionary()); return true;
            case Op.EmptyTuple: _stack.Push(Array.Empty<object?>()); return true;
            case Op.Tuple: _stack.Push(_stack.PopMark()); return true;
            case Op.FrozenSet: _stack.Push(_stack.PopMark()); return true;
            case Op.Tuple1: PushTuple(1); return true;
            case Op.Tuple2: PushTuple(2); return true;
            case Op.Tuple3: PushTuple(3); return true;
            case Op.Append: Extend([_stack.Pop()]); return true;
            case Op.Appends or Op.AddItems: Extend(_stack.PopMark()); return true;
            case Op.SetItem:
                var value = _stack.Pop();
                SetItems([_stack.Pop(), value]);
                return true;
            case Op.SetItems: SetItems(_stack.PopMark()); return true;
            default: return false;
        }
    }

    private bool ReadObject(Op code, ref PickleBytes bytes)
    {
        switch (code)
        {
            case Op.Global:
                var module = bytes.ReadLine();
                _stack.Push(PickledGlobals.Find(module, bytes.ReadLine()));
                return true;
            case Op.StackGlobal:
                var name = _stack.Pop<string>("a name");
                _stack.Push(PickledGlobals.Find(_stack.Pop<string>("a module's name"), name));
                return true;
            case Op.Reduce or Op.NewObject:
                var arguments = _stack.Pop<object?[]>("a tuple of arguments");
                Charge(arguments.Length + (arguments is [IReadOnlyCollection<object?> { Count: var copied }, ..] ? copied : 0));
                _stack.Push(PickledCalls.Apply(_stack.Pop<PickledGlobal>("a name on the allow-list to apply"), arguments));
                return true;
            case Op.Build:
                var state = _stack.Pop();
                Build(_stack.Peek(), state);
                return true;
            case Op.PersistentId:
                var storage = PickledCalls.Storage(_stack.Pop());
                _checkStorage(storage);
                _stack.Push(storage);
                return true;
            default: return false;
        }
    }

    private void PushTuple(int length)
    {
        var tuple = new object?[length];
        for (var i = length - 1; i >= 0; i--) tuple[i] = _stack.Pop();
        _stack.Push(tuple);
    }

    private void Extend(object?[] values)
    {
        if (_stack.Peek() is PickledObject { Type.Kind: PickledKind.Ignored }) return;
        _stack.Peek<List<object?>>("a list").AddRange(values);
    }

    private void SetItems(object?[] pairs)
    {
        if (pairs.Length % 2 != 0) throw new InvalidDataException("The pickle has a dictionary key without a value.");
        var dictionary = _stack.Peek<PickledDictionary>("a dictionary");
        for (var i = 0; i < pairs.Length; i += 2) dictionary.Set(pairs[i], pairs[i + 1]);
    }

    private static void Build(object? target, object? state)
    {
        if (target is PickledObject instance) instance.State = state;
        else if (target is not PickledDictionary) throw new InvalidDataException("The pickle sets attributes of something that has none.");   // an OrderedDict's are not needed
    }
}
