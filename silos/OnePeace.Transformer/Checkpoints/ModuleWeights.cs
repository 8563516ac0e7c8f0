using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Puts loaded tensors in the place of a module's parameters; what those were created with is never touched.</summary>
internal sealed class ModuleWeights
{
    private const int MaxListed = 8;

    private readonly nn.Module _module;
    private readonly string _what;
    private readonly Dictionary<string, long[]> _expected;

    /// <param name="module">A module that was just built.</param>
    /// <param name="what">What messages call it.</param>
    public ModuleWeights(nn.Module module, string what)
    {
        _module = module;
        _what = what;
        _expected = module.named_parameters().ToDictionary(p => p.name, p => p.parameter.Sizes());
    }

    /// <summary>Replaces every parameter, without gradient; tensors of the right device and type are shared, others converted one at a time.</summary>
    /// <exception cref="InvalidDataException">Weights are missing, unexpected, or of another shape; or a parameter that several layers hold would have to be converted.</exception>
    public void Replace(IReadOnlyDictionary<string, Tensor> weights, Device device, ScalarType type)
    {
        Check(weights);
        CheckTies(device, type);
        // Without values first: moving and converting the module then costs nothing, and changes each parameter's type as well.
        foreach (var (_, parameter) in _module.named_parameters())
        {
            parameter.requires_grad = false;
            using var nothing = empty(0, parameter.dtype);
            parameter.set_(nothing);
        }
        _module.to(device, type);
        foreach (var (name, parameter) in _module.named_parameters())
        {
            parameter.DetachFromDisposeScope();
            Set(parameter, weights[name]);
        }
    }

    private static void Set(Parameter parameter, Tensor value)
    {
        using var converted = value.to(parameter.dtype, parameter.device);
        parameter.set_(converted);
    }

    private void Check(IReadOnlyDictionary<string, Tensor> weights)
    {
        string[] faults =
        [
            .. List("missing", _expected.Keys.Where(name => !weights.ContainsKey(name))),
            .. List("unexpected", weights.Keys.Where(name => !_expected.ContainsKey(name))),
            .. List("of another shape", _expected.Where(e => weights.TryGetValue(e.Key, out var weight) && !weight.Sizes().SequenceEqual(e.Value))
                .Select(e => $"{e.Key} (expected {TensorSize.Text(e.Value)}, got {TensorSize.Text(weights[e.Key].Sizes())})")),
        ];
        if (faults.Length > 0)
            throw new InvalidDataException($"The weights of the {_what} do not fit: {string.Join("; ", faults)}. Check that the configuration is this checkpoint's.");
    }

    /// <summary>Converting a module gives each layer a parameter of its own and frees the one that another layer still holds.</summary>
    private void CheckTies(Device device, ScalarType type)
    {
        var tied = _module.modules().Prepend(_module).Distinct().SelectMany(layer => layer.parameters(recurse: false)).GroupBy(parameter => parameter.Handle)
            .Where(places => places.Count() > 1).Select(places => places.First()).Where(parameter => parameter.dtype != type || !Same(parameter.device, device)).ToList();
        if (tied.Count == 0) return;
        var names = _module.named_parameters().Where(named => tied.Any(parameter => parameter.Handle == named.parameter.Handle)).Select(named => named.name);
        throw new InvalidDataException($"The {_what} holds {string.Join(", ", names)} in several layers, so that it cannot be converted to {DataTypes.Name(type)} on {device}: let both use one layer, or ask for {DataTypes.Name(tied[0].dtype)} on {tied[0].device}.");
    }

    /// <summary>Whether converting leaves a parameter where it is; only accelerators are numbered, and "cuda" is not "cuda:0" to it.</summary>
    internal static bool Same(Device one, Device other) => one.type == other.type && (one.type == DeviceType.CPU || one.index == other.index);

    private static IEnumerable<string> List(string fault, IEnumerable<string> names)
    {
        string[] all = [.. names.Order(StringComparer.Ordinal)];
        if (all.Length == 0) return [];
        var rest = all.Length > MaxListed ? $" and {all.Length - MaxListed} more" : "";
        return [$"{fault}: {string.Join(", ", all.Take(MaxListed))}{rest}"];
    }
}
