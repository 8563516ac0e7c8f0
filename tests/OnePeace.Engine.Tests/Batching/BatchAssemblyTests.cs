using OnePeace.Engine.Batching;
using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Batching;

public sealed class BatchAssemblyTests
{
    [Fact]
    public void Shorter_items_are_padded_at_the_end_of_their_first_axis()
    {
        using var scope = NewDisposeScope();
        var batch = BatchAssembly.Stack([Input(1, 2, 3), Input(4)], CPU, ScalarType.Float32);
        Assert.Equal([1, 2, 3, 4, 9, 9], batch["ids"].data<long>().ToArray());
        Assert.Equal([2L, 3], batch["ids"].shape);
        Assert.Equal([false, false, false, false, true, true], batch["mask"].data<bool>().ToArray());
        Assert.Equal([1, 1, 2, 2, 3, 3, 4, 4, 0.5f, 0.5f, 0.5f, 0.5f], batch["rows"].data<float>().ToArray());
        Assert.Equal([2L, 3, 2], batch["rows"].shape);
        Assert.Equal([7f, 7f], batch["number"].data<float>().ToArray());
        Assert.Equal([2L], batch["number"].shape);
    }

    [Fact]
    public void Floats_take_the_models_type_and_nothing_else_does()
    {
        using var scope = NewDisposeScope();
        var batch = BatchAssembly.Stack([Input(1, 2)], CPU, ScalarType.BFloat16);
        Assert.Equal((ScalarType.BFloat16, ScalarType.Int64, ScalarType.Bool), (batch["rows"].dtype, batch["ids"].dtype, batch["mask"].dtype));
    }

    [Fact]
    public void Only_the_batch_itself_is_left_in_memory()
    {
        var before = Tensor.TotalCount;
        using (NewDisposeScope())
        {
            BatchAssembly.Stack([Input(1, 2), Input(3)], CPU, ScalarType.BFloat16);
            Assert.Equal(before + 4, Tensor.TotalCount);
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Inputs_share_a_lane_if_they_differ_only_in_their_first_axis()
    {
        Assert.Equal(BatchAssembly.Lane("m", Picture(3, 4, 4)), BatchAssembly.Lane("m", Picture(1, 4, 4)));
        Assert.NotEqual(BatchAssembly.Lane("m", Picture(3, 4, 4)), BatchAssembly.Lane("m", Picture(3, 4, 5)));
        Assert.NotEqual(BatchAssembly.Lane("m", Picture(3, 4, 4)), BatchAssembly.Lane("n", Picture(3, 4, 4)));
        Assert.NotEqual(BatchAssembly.Lane("m", Picture(3)), BatchAssembly.Lane("m", Picture()));
    }

    private static PreparedInput Picture(params long[] shape) =>
        new([new InputField("pixels", HostTensor.Create(new float[shape.Aggregate(1L, (a, b) => a * b)], shape))], 1);

    private static PreparedInput Input(params long[] ids) => new(
        [
            new InputField("ids", HostTensor.Create(ids, ids.Length), Padding: 9),
            new InputField("mask", HostTensor.Create(new bool[ids.Length], ids.Length), Padding: 1),
            new InputField("rows", HostTensor.Create(ids.SelectMany(id => new float[] { id, id }).ToArray(), ids.Length, 2), Padding: 0.5),
            new InputField("number", HostTensor.Create([7f])),
        ], ids.Length);
}
