using OnePeace.Modalities;
using OnePeace.Training.Data;
using OnePeace.Training.Masks;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Data;

public class PairAssemblyTests
{
    [Fact]
    public async Task A_batch_holds_both_sides_and_masks_as_long_as_its_padded_tokens()
    {
        var pairs = await Prepare(Samples.Text, Samples.Image);
        using var scope = NewDisposeScope();
        var batch = PairAssembly.Assemble(pairs, CPU, ScalarType.Float64);
        Assert.Equal((6, "text", "image"), (batch.Size, batch.Pivot.Modality, batch.Other.Modality));
        Assert.Equal([6L, 3, 64, 64], batch.Other.Batch["pixels"].shape);
        Assert.Equal(ScalarType.Float64, batch.Other.Batch["pixels"].dtype);
        Assert.Equal(PaddingMode.Independent, batch.Pivot.Batch.Padding);
        var tokens = batch.Pivot.Batch["tokens"];
        Assert.Equal(ScalarType.Int64, tokens.dtype);
        Assert.Equal([6L, tokens.shape[1] + 1], batch.Masks!.PivotAlone!.Hidden.shape);
        Assert.Equal([6L, tokens.shape[1] + 1], batch.Masks.PivotJoint!.Hidden.shape);
        Assert.Equal([6L, 17], batch.Masks.OtherAlone!.Hidden.shape);
        Assert.Equal([6L, 5], batch.Masks.OtherAlone.Preserved.shape);   // CLS and 16 - 12 patches
        Assert.Equal([6L, 6], batch.Masks.OtherJoint!.Preserved.shape);  // CLS and 16 - 11
        var never = cat([ones(6, 1, ScalarType.Bool), tokens.le(2)], dim: 1);   // CLS, padding and the end
        Assert.False(batch.Masks.PivotAlone.Hidden.logical_and(never).any().item<bool>());
    }

    [Fact]
    public async Task Without_masked_passes_there_are_no_masks()
    {
        var pairs = await Prepare(Samples.Text with { Passes = MaskedPasses.None }, Samples.Image with { Passes = MaskedPasses.None });
        using var scope = NewDisposeScope();
        Assert.Null(PairAssembly.Assemble(pairs, CPU, ScalarType.Float32).Masks);
    }

    [Fact]
    public async Task Stage_two_masks_the_other_side_alone_and_both_jointly()
    {
        var pairs = await Prepare(Samples.Text with { Passes = MaskedPasses.Joint }, Samples.Image);
        using var scope = NewDisposeScope();
        var masks = PairAssembly.Assemble(pairs, CPU, ScalarType.Float32).Masks!;
        Assert.Null(masks.PivotAlone);
        Assert.All([masks.OtherAlone, masks.PivotJoint, masks.OtherJoint], Assert.NotNull);
    }

    private static async Task<PreparedPairs> Prepare(PairSide pivot, PairSide other)
    {
        var source = new MemoryPairs(6);
        await using var loader = new PairLoader(source, new PairSampler(source, 6, seed: 2), pivot, other);
        return await loader.ReadAsync(cancellation: TestContext.Current.CancellationToken).FirstAsync(TestContext.Current.CancellationToken);
    }
}
