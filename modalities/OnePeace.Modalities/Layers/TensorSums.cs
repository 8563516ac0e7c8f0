using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>Sums of tensors whose factor outlives the call.</summary>
/// <remarks>
/// TorchSharp 0.107 makes a temporary <see cref="Scalar"/> of 1 for <c>add(Tensor)</c>, and of every number that is given where a scalar is expected
/// (<c>mul(0.5)</c>). Nothing keeps it: a garbage collection during the native call frees it while it is read, and the call throws, or computes with
/// another number. Rare, unless collections are frequent: about one in 200,000 calls beside collections that are forced all the time. So numbers are kept
/// in a static field, or in a <c>using</c> around the call.
/// </remarks>
public static class TensorSums
{
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>Both added; a new tensor, owned by the caller's dispose scope.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    /// <summary>A number added to each value; the caller keeps it.</summary>
    public static Tensor Plus(this Tensor left, Scalar right) => left.add(right, One);

    /// <summary>Adds to the left one in place.</summary>
    public static Tensor PlusInPlace(this Tensor left, Tensor right) => left.add_(right, One);
}
