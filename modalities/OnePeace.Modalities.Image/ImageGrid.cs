using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Image;

/// <summary>The square grid of patches: its relative positions, and how learned tables fit another size.</summary>
internal static class ImageGrid
{
    /// <summary>Pixels of a patch's side.</summary>
    public const int PatchSide = 16;

    /// <summary>Rows beyond those of the grid: CLS to patch, patch to CLS, CLS to itself.</summary>
    public const int SpecialRows = 3;

    /// <summary>Rows of a relative position table of a grid.</summary>
    public static long RelativeRows(int side) => (((2L * side) - 1) * ((2L * side) - 1)) + SpecialRows;

    /// <summary>The side of the grid that a table of so many rows belongs to.</summary>
    public static int RelativeSide(long rows) => ((int)Math.Sqrt(rows - SpecialRows) + 1) / 2;

    /// <summary>Row of every pair of tokens, CLS first, int64 <c>[L, L]</c> with L = side² + 1.</summary>
    public static Tensor RelativeIndex(int side, Device device)
    {
        using var scope = NewDisposeScope();
        var patches = arange((long)side * side, device: device);
        var row = patches.div(side, RoundingMode.floor);
        var column = patches.remainder(side);
        var span = (2L * side) - 1;
        var rows = row.unsqueeze(1).sub(row.unsqueeze(0)).add(side - 1).mul(span)
            .add(column.unsqueeze(1).sub(column.unsqueeze(0)).add(side - 1));                      // [side², side²]
        var index = zeros(rows.shape[0] + 1, rows.shape[0] + 1, ScalarType.Int64, device);
        index.narrow(0, 1, rows.shape[0]).narrow(1, 1, rows.shape[0]).copy_(rows);
        index[0] = span * span;
        index[TensorIndex.Colon, 0] = (span * span) + 1;
        index[0, 0] = (span * span) + 2;
        return index.MoveToOuterDisposeScope();
    }

    /// <summary>Absolute positions of a grid of another side: bicubic, in float32; <c>[from² + 1, D] -> [to² + 1, D]</c>.</summary>
    public static Tensor ResizePositions(Tensor positions, int to)
    {
        using var scope = NewDisposeScope();
        var from = (long)Math.Sqrt(positions.shape[0] - 1);
        var width = positions.shape[1];
        var grid = positions.narrow(0, 1, from * from).view(1, from, from, width).permute(0, 3, 1, 2).to(ScalarType.Float32);   // [1, D, from, from]
        var resized = nn.functional.interpolate(grid, [to, to], mode: InterpolationMode.Bicubic, align_corners: false)
            .to(positions.dtype).permute(0, 2, 3, 1).reshape((long)to * to, width);                                              // [to², D]
        return cat([positions.narrow(0, 0, 1), resized], dim: 0).MoveToOuterDisposeScope();
    }
}
