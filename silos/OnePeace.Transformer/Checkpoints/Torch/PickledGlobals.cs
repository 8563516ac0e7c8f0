using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>What reading makes of a name on the allow-list.</summary>
internal enum PickledKind
{
    /// <summary>Rebuilds a tensor from a storage.</summary>
    Tensor,

    /// <summary>Wraps a tensor; the tensor is taken.</summary>
    Parameter,

    /// <summary>A typed storage.</summary>
    Storage,

    /// <summary>Makes a dictionary.</summary>
    Dictionary,

    /// <summary>Makes a list, tuple or set from another.</summary>
    Sequence,

    /// <summary>An object whose attributes are the configuration (<c>argparse.Namespace</c>).</summary>
    Namespace,

    /// <summary>An OmegaConf container or value.</summary>
    Configuration,

    /// <summary>Something that occurs in checkpoints and is not needed: kept as a placeholder.</summary>
    Ignored,
}

/// <summary>The names that may occur in a checkpoint. Everything else is refused by name.</summary>
internal static class PickledGlobals
{
    private static readonly Dictionary<string, PickledGlobal> Allowed = Create();

    /// <exception cref="InvalidDataException">The name is not allowed.</exception>
    public static PickledGlobal Find(string module, string name)
    {
        var full = $"{module}.{name}";
        return Allowed.GetValueOrDefault(full) ?? throw new InvalidDataException(
            $"'{Printable(full)}' is not allowed: a checkpoint may hold tensors and plain data, and nothing in it is ever executed. If you trust the file, "
            + "load it in Python and save only its 'model' and 'cfg'.");
    }

    /// <summary>Text from a file, fit to be shown: without control characters, not too long.</summary>
    public static string Printable(string text) =>
        string.Concat((text.Length > 100 ? text[..100] + "..." : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    private static Dictionary<string, PickledGlobal> Create()
    {
        var all = new Dictionary<string, PickledGlobal>();
        void Add(PickledKind kind, params ReadOnlySpan<string> names)
        {
            foreach (var name in names) all.Add(name, new PickledGlobal(name, kind));
        }

        Add(PickledKind.Tensor, "torch._utils._rebuild_tensor_v2");
        Add(PickledKind.Parameter, "torch._utils._rebuild_parameter");
        Add(PickledKind.Dictionary, "collections.OrderedDict", "collections.defaultdict", "builtins.dict", "__builtin__.dict");
        Add(PickledKind.Sequence, "torch.Size", "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset",
            "__builtin__.list", "__builtin__.tuple", "__builtin__.set", "__builtin__.frozenset");
        Add(PickledKind.Namespace, "argparse.Namespace");
        Add(PickledKind.Configuration, "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig");
        foreach (var node in (string[])["Any", "String", "Integer", "Float", "Boolean", "Enum", "Path", "Bytes"])
            Add(PickledKind.Configuration, $"omegaconf.nodes.{node}Node");
        Add(PickledKind.Ignored, "omegaconf.base.ContainerMetadata", "omegaconf.base.Metadata", "typing.Any", "typing.Union", "typing.Optional",
            "typing.List", "typing.Dict", "typing.Tuple", "builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.bytes", "builtins.object",
            "__builtin__.int", "__builtin__.long", "__builtin__.float", "__builtin__.str", "__builtin__.unicode", "__builtin__.bool", "__builtin__.object",
            "_codecs.encode", "numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "pathlib.PosixPath", "torch.device",
            "torch.float32", "torch.float16", "torch.bfloat16", "torch.float64", "torch.int64", "torch.int32", "torch.bool");
        foreach (var (name, type) in Storages) all.Add($"torch.{name}Storage", new PickledGlobal($"torch.{name}Storage", PickledKind.Storage, type));
        return all;
    }

    private static IEnumerable<(string Name, ScalarType Type)> Storages =>
    [
        ("Double", ScalarType.Float64), ("Float", ScalarType.Float32), ("Half", ScalarType.Float16), ("BFloat16", ScalarType.BFloat16),
        ("Long", ScalarType.Int64), ("Int", ScalarType.Int32), ("Short", ScalarType.Int16), ("Char", ScalarType.Int8), ("Byte", ScalarType.Byte), ("Bool", ScalarType.Bool),
    ];
}
