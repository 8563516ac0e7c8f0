using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>A convolution over time as affine maps of frames that lie one after the other: nothing is transposed, and the weights are laid out once.</summary>
/// <remarks>
/// Frames that a step apart begin new outputs are rows of a matrix already: the taps are cut into pieces of one step, and each piece is one affine map, added to those before.
/// Shapes: <c>T</c> frames, <c>T'</c> = (T - taps) / stride + 1.
/// </remarks>
internal sealed class PackedConvolution : IDisposable
{
    private const int Narrow = 64;

    private readonly long _taps, _stride;
    private readonly PackedWeight[] _pieces;
    private readonly bool _isNarrow;

    /// <param name="weight"><c>[Out, In, taps]</c>.</param>
    /// <param name="bias"><c>[Out]</c> or null.</param>
    /// <param name="stride">Frames from one output to the next.</param>
    public PackedConvolution(Tensor weight, Tensor? bias, long stride)
    {
        (_taps, _stride) = (weight.size(2), stride);
        _isNarrow = weight.size(1) * _taps <= Narrow;
        using var scope = NewDisposeScope();
        _pieces = _isNarrow
            ? [new PackedWeight(weight.flatten(1), bias)]                                                       // [Out, In * taps]
            : [.. Starts().Select(start => new PackedWeight(Piece(weight, start), start == 0 ? bias : null))];
    }

    /// <param name="frames"><c>[T, In]</c>, contiguous.</param>
    /// <returns><c>[T', Out]</c>, owned by the caller's dispose scope.</returns>
    public Tensor Map(Tensor frames)
    {
        using var scope = NewDisposeScope();
        if (_isNarrow) return _pieces[0].Apply(frames.unfold(0, _taps, _stride).flatten(1)).MoveToOuterDisposeScope();
        var outputs = ((frames.size(0) - _taps) / _stride) + 1;
        Tensor? sum = null;
        foreach (var (start, piece) in Starts().Zip(_pieces))
        {
            var rows = Rows(frames, start, outputs);                                                            // [T', In * piece]
            sum = sum is null ? piece.Apply(rows) : piece.ApplyPlus(rows, sum);
        }
        return sum!.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var piece in _pieces) piece.Dispose();
    }

    private IEnumerable<long> Starts()
    {
        for (var start = 0L; start < _taps; start += _stride) yield return start;
    }

    private long Width(long start) => Math.Min(_stride, _taps - start);

    private Tensor Piece(Tensor weight, long start) => weight.narrow(2, start, Width(start)).transpose(1, 2).flatten(1);   // [Out, piece * In]

    private Tensor Rows(Tensor frames, long start, long outputs)
    {
        var (channels, width) = (frames.size(1), Width(start));
        var missing = start + (outputs * _stride) - frames.size(0);   // the last row of a narrow piece may reach past the end
        if (missing <= 0) return frames.narrow(0, start, outputs * _stride).view(outputs, _stride * channels).narrow(1, 0, width * channels);
        return frames.as_strided([outputs, width * channels], [_stride * channels, 1], frames.storage_offset() + (start * channels));
    }
}
