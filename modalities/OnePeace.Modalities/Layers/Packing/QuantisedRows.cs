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
        var result = new QuantisedRows(empty(rows.size(0), rows.size(1), dtype: ScalarType.Byte), empty(rows.size(0), dtype: ScalarType.Float32));
        result.Fill(rows);
        return result.Kept();
    }

    /// <summary>Some of the rows, in the same memory.</summary>
    public QuantisedRows Part(long start, long count) => new(Bytes.narrow(0, start, count), Scales.narrow(0, start, count));

    /// <summary>Writes rows' bytes, signed if there is room for signed ones, and scales.</summary>
    /// <param name="rows"><c>[N, W]</c>, float32 or bfloat16.</param>
    public void Fill(Tensor rows)
    {
        using var from = rows.contiguous();
        var (count, width, flip) = (rows.size(0), (int)rows.size(1), Bytes.dtype == ScalarType.Int8 ? OneDnnInt8.Zero : (byte)0);
        if (Bytes.size(0) != count || Bytes.size(1) != width) throw new ArgumentException($"Expected rows of [{Bytes.size(0)}, {Bytes.size(1)}], got [{count}, {width}].", nameof(rows));
        if (IsBrain(rows)) RowKernels.Quantise<BrainRows>(Pointer(from), count, width, Pointer(Bytes), (float*)Pointer(Scales), flip);
        else RowKernels.Quantise<SingleRows>(Pointer(from), count, width, Pointer(Bytes), (float*)Pointer(Scales), flip);
    }

    /// <summary>Rows <c>GELU(a) * b</c>, normed.</summary>
    /// <param name="pairs"><c>[N, 2 W]</c>, contiguous, float32 or bfloat16: rows a and b.</param>
    /// <param name="scales">What they have to be multiplied with, <c>[N]</c>.</param>
    /// <param name="norm">Null for none.</param>
    public static QuantisedRows OfGated(Tensor pairs, Tensor scales, NormValues? norm)
    {
        using var scope = NewDisposeScope();
        var width = pairs.size(1) / 2;
        if (norm is not null && norm.Weight.Length != width) throw new ArgumentException($"Expected a norm of {width} values, got one of {norm.Weight.Length}.", nameof(norm));
        var result = new QuantisedRows(empty(pairs.size(0), width, dtype: ScalarType.Byte), scales.clone());
        if (IsBrain(pairs)) RowKernels.Gate<BrainRows>(Pointer(pairs), pairs.size(0), (int)width, norm, Pointer(result.Bytes), (float*)Pointer(result.Scales));
        else RowKernels.Gate<SingleRows>(Pointer(pairs), pairs.size(0), (int)width, norm, Pointer(result.Bytes), (float*)Pointer(result.Scales));
        return result.Kept();
    }

    private static bool IsBrain(Tensor rows) => rows.dtype switch
    {
        ScalarType.BFloat16 => true,
        ScalarType.Float32 => false,
        _ => throw new NotSupportedException($"Expected float32 or bfloat16 to quantise, but the values are {rows.dtype}: convert the module first."),
    };

    private static byte* Pointer(Tensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private QuantisedRows Kept() => new(Bytes.MoveToOuterDisposeScope(), Scales.MoveToOuterDisposeScope());
}
