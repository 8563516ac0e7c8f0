using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>Linear maps of bytes by int8 weights through oneDNN, as <see cref="OneDnn"/>: what products add up to is exact, so that a result depends on nothing else in its batch.</summary>
internal static unsafe partial class OneDnnInt8
{
    /// <summary>Which byte stands for zero.</summary>
    public const byte Zero = 128;

    private const string Library = "libtorch_cpu";
    private const int SingleCode = 6, BrainCode = 15;   // torch's numbers of float32 and bfloat16

    private static readonly Lazy<string?> Found = new(() => OneDnn.Refusal(Works));
    private static readonly Lazy<(Tensor Scale, Tensor Zero)> Unscaled = new(() => (Kept(tensor([1f])), Kept(tensor([(int)Zero]))));

    /// <summary>Why it cannot be used on this processor, and what to do; null where it can.</summary>
    public static string? Refusal => Found.Value;

    /// <summary>The weight in oneDNN's own layout: for <see cref="Linear"/> alone.</summary>
    /// <param name="weight">int8, <c>[Out, In]</c>.</param>
    public static Tensor Reorder(Tensor weight) => OneDnn.Reorder("onednn::qlinear_prepack\0"u8, weight);

    /// <summary><c>(x - 128) W * scale</c>, <c>[N, In] -> [N, Out]</c>.</summary>
    /// <param name="input">Bytes.</param>
    /// <param name="weight">Reordered.</param>
    /// <param name="scales">What one step of a weight is worth, float32, <c>[Out]</c>.</param>
    /// <param name="zeros">Zeros, int32, <c>[Out]</c>.</param>
    /// <param name="type">Of the result: float32 or bfloat16.</param>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor scales, Tensor zeros, ScalarType type)
    {
        var code = type == ScalarType.BFloat16 ? BrainCode : SingleCode;
        nint result;
        fixed (byte* none = "none\0"u8)
        {
            var error = LinearOfBytes(input.Handle, Unscaled.Value.Scale.Handle, Unscaled.Value.Zero.Handle, weight.Handle, scales.Handle, zeros.Handle, null, 1, 0, &code, none, null, 0, none, out result);
            OneDnn.Check(error, "cannot multiply int8");
        }
        return Tensor.UnsafeCreateTensor(result);
    }

    /// <summary>Sums that 16 bits do not hold: processors without instructions for int8 get them wrong.</summary>
    private static bool Works()
    {
        const int Width = 128, Outputs = 16, Expected = Width * sbyte.MaxValue * (byte.MaxValue - Zero);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var packed = Reorder(tensor(Enumerable.Repeat(sbyte.MaxValue, Outputs * Width).ToArray(), [Outputs, Width]));
        var input = tensor(Enumerable.Repeat(byte.MaxValue, 2 * Width).ToArray(), [2, Width]);
        return new[] { ScalarType.Float32, ScalarType.BFloat16 }.All(type =>
        {
            using var largest = Linear(input, packed, ones(Outputs), zeros(Outputs, dtype: ScalarType.Int32), type);
            using var sums = largest.to(ScalarType.Float32);
            return sums.data<float>().ToArray().All(sum => Math.Abs(sum - Expected) <= (type == ScalarType.Float32 ? 0 : Expected / 256));
        });
    }

    private static Tensor Kept(Tensor tensor) => tensor.DetachFromDisposeScope();

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__qlinear_pointwise_tensor")]
    private static partial int LinearOfBytes(nint input, nint inputScale, nint inputZero, nint weight, nint scales, nint zeros, nint* bias,
        double resultScale, long resultZero, int* type, byte* operation, double** scalars, long scalarCount, byte* algorithm, out nint result);
}
