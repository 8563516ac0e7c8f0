using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>
/// Which row of a relative position table two tokens of a line share: one row per distance up to half the bucket size, log-spaced beyond;
/// three more rows for CLS to token, token to CLS and CLS to itself.
/// </summary>
public sealed class TokenBuckets
{
    /// <summary>The longest sequence, CLS included.</summary>
    public const int MostTokens = 1024;

    private readonly int _bucketSize;
    private readonly long[] _byDistance;

    public TokenBuckets(int bucketSize)
    {
        if (bucketSize is < 2 or >= MostTokens)
            throw new ArgumentOutOfRangeException(nameof(bucketSize), bucketSize, $"The bucket size must be between 2 and {MostTokens - 1}.");
        _bucketSize = bucketSize;
        _byDistance = Compute(bucketSize);
    }

    /// <summary>The rows by distance (query's position minus key's), from -1023 to 1023.</summary>
    public IReadOnlyList<long> ByDistance => _byDistance;

    /// <summary>How many rows a table has.</summary>
    public long Rows => (2 * _bucketSize) + 2;

    /// <summary>The bucket size of a table with so many rows.</summary>
    public static int BucketSize(long rows) => (int)(rows - 2) / 2;

    /// <summary>Rows for every pair of <paramref name="length"/> tokens, int64 <c>[L, L]</c>, owned by the caller's dispose scope.</summary>
    /// <exception cref="ArgumentException">Too many tokens.</exception>
    public Tensor Index(long length, Device device)
    {
        if (length > MostTokens)
            throw new ArgumentException($"A sequence with relative positions has at most {MostTokens} tokens, but {length} came.", nameof(length));
        var rows = new long[length * length];
        var special = (2L * _bucketSize) - 1;
        for (var query = 0; query < length; query++)
        {
            for (var key = 0; key < length; key++)
                rows[(query * length) + key] = key == 0 ? special + 1 : _byDistance[query - key + MostTokens - 1];
        }
        rows.AsSpan(0, (int)length).Fill(special);   // CLS to token
        rows[0] = special + 2;
        return tensor(rows, [length, length], device: device);
    }

    /// <summary>In float32 and with torch's own operations: the log buckets depend on their rounding.</summary>
    private static long[] Compute(int bucketSize)
    {
        using var scope = NewDisposeScope();
        var half = bucketSize / 2;
        using Scalar middle = ((long)half).ToScalar(), opposite = ((long)-half).ToScalar(), last = (bucketSize - 1L).ToScalar();   // kept: TensorSums says why
        var distance = tensor([.. Enumerable.Range(1 - MostTokens, (2 * MostTokens) - 1).Select(d => (long)d)]);
        var near = distance.lt(middle).logical_and(distance.gt(opposite));
        var magnitude = where(near, tensor(half - 1L), distance.abs());
        var log = LogBuckets(magnitude.div(middle), half, middle);
        var bucket = where(magnitude.le(middle), distance, log.mul(distance.sign()));
        return [.. bucket.Plus(last).data<long>()];
    }

    private static Tensor LogBuckets(Tensor ratio, int half, Scalar middle)
    {
        using Scalar span = Math.Log((MostTokens - 1) / (double)half).ToScalar(), most = (half - 1L).ToScalar();
        return ratio.log().div(span).mul(most).ceil().to(ScalarType.Int64).Plus(middle);
    }
}
