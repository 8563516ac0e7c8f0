using OnePeace.Training.Masks;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Masks;

public class MaskTensorsTests
{
    [Fact]
    public void Padding_is_neither_hidden_nor_kept()
    {
        using var scope = NewDisposeScope();
        var masks = MaskTensors.Collate([[false, true, false, false], [false, true], [false, true, true]], CPU);
        Assert.Equal([3L, 4], masks.Hidden.shape);
        Assert.Equal([false, true, false, false, false, true, false, false, false, true, true, false], masks.Hidden.data<bool>().ToArray());
        Assert.Equal([3L, 3], masks.Preserved.shape);
        Assert.Equal([0L, 2, 3, 0, -1, -1, 0, -1, -1], masks.Preserved.data<long>().ToArray());
    }
}
