using OnePeace.Engine.Devices;
using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Devices;

public sealed class CpuDataTypeTests
{
    [Fact]
    public void A_narrow_model_is_computed_in_float32_whatever_the_processor_can() =>
        Assert.Equal(ScalarType.Float32, CpuDataType.For(Shape(64)));

    [Fact]
    public void A_wide_model_is_computed_in_what_was_measured_once()
    {
        var first = CpuDataType.For(Shape(256));
        Assert.Contains(first, new[] { ScalarType.Float32, ScalarType.BFloat16 });
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal(first, CpuDataType.For(Shape(256))));
    }

    [Fact]
    public void Nothing_is_measured_where_the_type_is_named()
    {
        Assert.Equal(ScalarType.Float32, new EngineOptions { DataType = "float32" }.ResolveDataType(CPU, Shape(1024)));
        Assert.Equal(ScalarType.BFloat16, new EngineOptions { DataType = "bfloat16" }.ResolveDataType(CPU, Shape(64)));
        Assert.Contains("'float16'", Assert.Throws<ArgumentException>(() => new EngineOptions { DataType = "float16" }.ResolveDataType(CPU, null)).Message, StringComparison.Ordinal);
    }

    private static CoreShape Shape(int width) => new() { Width = width, Heads = 4, Layers = 1, ExpertWidth = 4 * width };
}
