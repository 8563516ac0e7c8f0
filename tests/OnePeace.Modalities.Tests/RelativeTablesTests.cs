using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Tests;

public class RelativeTablesTests
{
    private static readonly CoreShape Shape = new() { Width = 8, Heads = 2, Layers = 2, ExpertWidth = 8, TablePerLayer = true };

    [Fact]
    public void Rows_are_made_once_for_a_length_and_serve_every_table()
    {
        using var scope = NewDisposeScope();
        using var tables = new RelativeTables(4, Shape);
        var made = 0;

        foreach (var length in new[] { 2L, 3L, 2L })
            foreach (var bias in tables.Biases(() => Rows(length, ref made), length, preserved: null)) Assert.Equal([1, 2, length, length], bias.Sizes());

        Assert.Equal(2, made);
    }

    [Fact]
    public void Rows_that_were_made_while_inferring_serve_training_too()
    {
        using var scope = NewDisposeScope();
        using var tables = new RelativeTables(4, Shape);
        var made = 0;
        using (inference_mode()) _ = tables.Biases(() => Rows(2, ref made), 2, preserved: null)[0];

        tables.Biases(() => Rows(2, ref made), 2, preserved: null)[0].sum().backward();

        Assert.Equal(1, made);
        Assert.Equal([4L, 0, 0, 0], [.. tables.parameters().First().grad!.sum(1).div(2).data<float>().Select(value => (long)value)]);   // all four pairs share row 0
    }

    private static Tensor Rows(long length, ref int made)
    {
        made++;
        return zeros(length, length, ScalarType.Int64);
    }
}
