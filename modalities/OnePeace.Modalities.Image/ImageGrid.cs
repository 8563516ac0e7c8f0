using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Image;

/// <summary>The square grid of patches: its relative positions, and how learned tables fit another size.</summary>
public static class ImageGrid
{
    /// <summary>Pixels of a patch's side.</summary>
    public const int PatchSide = 16;

    /// <summary>Rows beyond those of the grid: CLS to patch, patch to CLS, CLS to itself.</summary>
    public const int SpecialRows = 3;

    /// <summary>Rows of a relative position table of a grid.</summary>
    public static long RelativeRows(int side) => (((2L * side) - 1) * ((2L * side) - 1)) + SpecialRows;

    /// <summary>The side of the grid that a table of so many rows belongs to.</summary>
    public static int RelativeSide(long rows) => ((int)Math.Sqrt(rows - SpecialRows) + 1) / 2;

    /// <summary>Row of every pair of tokens, CLS first, row-major <c>[L, L]</c> with L = side² + 1.</summary>
    public static long[] RelativeIndex(int side)
    {
        var (length, span) = ((side * side) + 1, (2L * side) - 1);
        var index = new long[length * length];
        for (var query = 0; query < length - 1; query++)
        {
            index[(query + 1) * length] = (span * span) + 1;   // patch to CLS
            for (var key = 0; key < length - 1; key++)
                index[((query + 1) * length) + key + 1] =
                    (((query / side) - (key / side) + side - 1) * span) + (query % side) - (key % side) + side - 1;
        }
        index.AsSpan(0, length).Fill(span * span);             // CLS to patch
        index[0] = (span * span) + 2;
        return index;
    }

    /// <summary>Absolute positions of a grid of another side: bicubic, in float32; <c>[from² + 1, D] -> [to² + 1, D]</c>.</summary>
    public static Tensor ResizePositions(Tensor positions, int to)
    {
        using var scope = NewDisposeScope();
        var from = (long)Math.Sqrt(positions.size(0) - 1);
        var width = positions.size(1);
        var grid = positions.narrow(0, 1, from * from).view(1, from, from, width).permute(0, 3, 1, 2).to(ScalarType.Float32);   // [1, D, from, from]
        var resized = nn.functional.interpolate(grid, [to, to], mode: InterpolationMode.Bicubic, align_corners: false)
            .to(positions.dtype).permute(0, 2, 3, 1).reshape((long)to * to, width);                                              // [to², D]
        return cat([positions.narrow(0, 0, 1), resized], dim: 0).MoveToOuterDisposeScope();
    }
}
