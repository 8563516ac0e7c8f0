using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>What an affine map does to its result.</summary>
internal enum Activation
{
    None,
    Gelu,
}

/// <summary>How an affine map's result is joined with another tensor.</summary>
internal enum Combination
{
    Sum,
    Product,
}

/// <summary>
/// Affine maps through oneDNN, by the C functions that libtorch exports for compiled models (torch/csrc/inductor/aoti_torch/c/shim_cpu.h, libtorch 2.10): weights
/// reordered once, GELU, sum and product inside the multiplication, and no slower processor of another make. Without gradients. Where they are missing, nobody can multiply.
/// </summary>
internal static unsafe partial class OneDnn
{
    private const string Library = "libtorch_cpu";

    private static readonly Scalar Four = 4f.ToScalar();
    private static readonly Lazy<string?> Single = new(() => Refusal(() => Works(ScalarType.Float32)));
    private static readonly Lazy<string?> Brain = new(() => Avx512BW.IsSupported ? Refusal(() => Works(ScalarType.BFloat16)) : "this processor has no AVX-512: float32 is faster");

    /// <summary>Whether a weight <c>[Out, In]</c> can be reordered here.</summary>
    public static bool CanMultiply(Tensor weight) => weight.device_type == DeviceType.CPU && Refusal(weight.dtype) is null;

    /// <summary>Why weights of a type cannot be reordered on this processor, and what to do; null where they can.</summary>
    public static string? Refusal(ScalarType type) => type switch
    {
        ScalarType.Float32 => Single.Value,
        ScalarType.BFloat16 => Brain.Value,
        _ => $"it is not used for {type}",
    };

    /// <summary>The weight in oneDNN's own layout: for <see cref="Linear"/> and <see cref="LinearWith"/> alone.</summary>
    public static Tensor Reorder(Tensor weight) => Reorder("mkldnn::_reorder_linear_weight\0"u8, weight);

    /// <param name="operation">Of torch's dispatcher, ended by a zero: it takes the weight, and perhaps the shape of what it is multiplied with, which it is not told.</param>
    /// <param name="weight"><c>[Out, In]</c>.</param>
    internal static Tensor Reorder(ReadOnlySpan<byte> operation, Tensor weight)
    {
        using var plain = weight.detach().contiguous();
        Check(NewHandle(plain.Handle, out var handle), "took no tensor");
        var stack = stackalloc ulong[2] { (ulong)handle, 0 };   // the weight, whose handle is given away
        fixed (byte* name = operation, overload = "\0"u8)
            Check(Call(name, overload, stack), "cannot reorder a weight");
        return Tensor.UnsafeCreateTensor((nint)stack[0]);
    }

    /// <param name="input"><c>[..., In]</c>.</param>
    /// <param name="weight">Reordered.</param>
    /// <param name="bias"><c>[Out]</c> or null.</param>
    /// <param name="activation">Of the result.</param>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias, Activation activation)
    {
        var biasHandle = bias?.Handle ?? 0;
        nint result;
        fixed (byte* none = "none\0"u8, gelu = "gelu\0"u8)
        {
            var isGelu = activation == Activation.Gelu;
            var algorithm = none;   // of GELU: the exact one
            Check(LinearPointwise(input.Handle, weight.Handle, bias is null ? null : &biasHandle, isGelu ? gelu : none, null, 0, isGelu ? &algorithm : null, out result), "cannot multiply");
        }
        return Tensor.UnsafeCreateTensor(result);
    }

    /// <inheritdoc cref="Linear"/>
    /// <param name="other"><c>[..., Out]</c>, of the result's shape.</param>
    /// <param name="combination">How it is joined.</param>
    public static Tensor LinearWith(Tensor input, Tensor other, Tensor weight, Tensor? bias, Combination combination)
    {
        var biasHandle = bias?.Handle ?? 0;
        nint result;
        fixed (byte* sum = "add\0"u8, product = "mul\0"u8)
            Check(LinearPointwiseBinary(input.Handle, other.Handle, weight.Handle, bias is null ? null : &biasHandle, combination == Combination.Sum ? sum : product, out result), "cannot multiply");
        return Tensor.UnsafeCreateTensor(result);
    }

    /// <param name="works">Tries it.</param>
    internal static string? Refusal(Func<bool> works)
    {
        if (!OperatingSystem.IsLinux()) return "it is reached on Linux alone";
        try
        {
            return works() ? null : "its results are wrong on this processor";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return $"this libtorch does not offer it: use the version that the build pins ({e.Message.TrimEnd('.')})";
        }
        catch (Exception e) when (e is ExternalException or InvalidOperationException)
        {
            return $"it refuses: {e.Message.TrimEnd('.')}";
        }
    }

    /// <summary>Does each of them once, and compares: GELU((1 + 1)²).</summary>
    private static bool Works(ScalarType type)
    {
        const double Tolerance = 0.05;
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var (input, weight) = (ones(2, 16, dtype: type), eye(16, dtype: type));
        using var packed = Reorder(weight);
        using var doubled = LinearWith(input, input, packed, null, Combination.Sum);
        using var squared = LinearWith(doubled, doubled, packed, null, Combination.Product);
        using var active = Linear(squared, packed, null, Activation.Gelu);
        return active.to(ScalarType.Float32).sub(nn.functional.gelu(ones(2, 16).mul(Four))).abs().max().item<float>() < Tolerance;
    }

    internal static void Check(int error, string what)
    {
        if (error != 0) throw new InvalidOperationException($"oneDNN {what}: torch wrote the reason to the error output.");
    }

    [LibraryImport(Library, EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int NewHandle(nint tensor, out nint handle);

    [LibraryImport(Library, EntryPoint = "aoti_torch_call_dispatcher")]
    private static partial int Call(byte* name, byte* overload, ulong* stack);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__linear_pointwise")]
    private static partial int LinearPointwise(nint input, nint weight, nint* bias, byte* attribute, double** scalars, long scalarCount, byte** algorithm, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__linear_pointwise_binary")]
    private static partial int LinearPointwiseBinary(nint input, nint other, nint weight, nint* bias, byte* attribute, out nint result);
}
