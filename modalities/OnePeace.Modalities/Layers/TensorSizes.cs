using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>Sizes of tensors, read without garbage.</summary>
/// <remarks>
/// TorchSharp 0.107 hands <c>Tensor.shape</c> a new delegate for native code at each read. Its stub lives until a garbage collection frees it, a few
/// microseconds each: some forty reads a request made collections of a tenth of a second out of collections of a few milliseconds.
/// </remarks>
public static class TensorSizes
{
    /// <summary>The size of every dimension: what <c>shape</c> gives. For a single one, <c>size(dimension)</c> is as cheap.</summary>
    public static long[] Sizes(this Tensor tensor)
    {
        var sizes = new long[tensor.ndim];
        for (var dimension = 0; dimension < sizes.Length; dimension++) sizes[dimension] = tensor.size(dimension);
        return sizes;
    }
}
