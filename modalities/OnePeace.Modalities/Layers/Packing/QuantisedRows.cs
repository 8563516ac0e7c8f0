using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>Rows as bytes, <c>[N, W]</c>, with what one step of a row is worth, <c>[N]</c> in float32. Both belong to the caller's dispose scope.</summary>
internal readonly unsafe record struct QuantisedRows(Tensor Bytes, Tensor Scales)
{
    /// <param name="rows"><c>[N, W]</c>, float32 or bfloat16.</param>
    public static QuantisedRows Of(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var (from, width) = (rows.contiguous(), rows.size(1));
        var result = New(rows.size(0), width);
        if (IsBrain(rows)) RowKernels.Quantise<BrainRows>(Pointer(from), rows.size(0), (int)width, Pointer(result.Bytes), (float*)Pointer(result.Scales));
        else RowKernels.Quantise<SingleRows>(Pointer(from), rows.size(0), (int)width, Pointer(result.Bytes), (float*)Pointer(result.Scales));
        return result.Kept();
    }

    /// <summary>Rows <c>GELU(a) * b</c>, normed.</summary>
    /// <param name="pairs"><c>[N, 2 W]</c>, contiguous, float32 or bfloat16: rows a and b.</param>
    /// <param name="scales">What they have to be multiplied with, <c>[N]</c>.</param>
    /// <param name="norm">Null for none.</param>
    public static QuantisedRows OfGated(Tensor pairs, Tensor scales, NormValues? norm)
    {
        using var scope = NewDisposeScope();
        var width = pairs.size(1) / 2;
        var result = new QuantisedRows(empty(pairs.size(0), width, dtype: ScalarType.Byte), scales.clone());
        if (IsBrain(pairs)) RowKernels.Gate<BrainRows>(Pointer(pairs), pairs.size(0), (int)width, norm, Pointer(result.Bytes), (float*)Pointer(result.Scales));
        else RowKernels.Gate<SingleRows>(Pointer(pairs), pairs.size(0), (int)width, norm, Pointer(result.Bytes), (float*)Pointer(result.Scales));
        return result.Kept();
    }

    private static QuantisedRows New(long count, long width) => new(empty(count, width, dtype: ScalarType.Byte), empty(count, dtype: ScalarType.Float32));

    private static bool IsBrain(Tensor rows) => rows.dtype switch
    {
        ScalarType.BFloat16 => true,
        ScalarType.Float32 => false,
        _ => throw new NotSupportedException($"Expected float32 or bfloat16 to quantise, but the values are {rows.dtype}: convert the module first."),
    };

    private static byte* Pointer(Tensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private QuantisedRows Kept() => new(Bytes.MoveToOuterDisposeScope(), Scales.MoveToOuterDisposeScope());
}
