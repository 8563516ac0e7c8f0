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
        Assert.Equal(ScalarType.Float32, new EngineOptions { DataType = "float32" }.ResolvePrecision(CPU, Shape(1024)).Type);
        Assert.Equal(ScalarType.BFloat16, new EngineOptions { DataType = "bfloat16" }.ResolvePrecision(CPU, Shape(64)).Type);
        Assert.Equal("The data type 'int8' was asked for, but cannot be used here: the reason. Use 'auto'. (Parameter 'DataType')",
            Assert.Throws<ArgumentException>(() => new EngineOptions { DataType = "int8" }.ResolvePrecision(CPU, null, () => "the reason")).Message);
        Assert.Equal(new Precision(ScalarType.Float32, QuantisesExperts: true), new EngineOptions { DataType = "int8" }.ResolvePrecision(CPU, Shape(64), () => null));
        Assert.Contains("computed on a CPU, but the device is 'cuda:0'", Assert.Throws<ArgumentException>(() => new EngineOptions { DataType = "int8" }.ResolvePrecision(new Device("cuda:0"), null)).Message, StringComparison.Ordinal);
        Assert.Contains("'float16'", Assert.Throws<ArgumentException>(() => new EngineOptions { DataType = "float16" }.ResolvePrecision(CPU, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_oneDNN_refuses_the_type_in_use_or_the_faster_one_the_operator_is_told_why()
    {
        static string? NoBrain(ScalarType type) => type == ScalarType.BFloat16 ? "the reason" : null;
        Assert.Equal("oneDNN multiplies no bfloat16 matrices here, so that they take several times as long: the reason.", CpuDataType.Slowness(ScalarType.BFloat16, false, NoBrain));
        Assert.Contains("no bfloat16 matrices", CpuDataType.Slowness(ScalarType.Float32, mayBeBrain: true, NoBrain));
        Assert.Null(CpuDataType.Slowness(ScalarType.Float32, mayBeBrain: false, NoBrain));
        Assert.Contains("no float32 matrices", CpuDataType.Slowness(ScalarType.Float32, true, _ => "the reason"));
        Assert.Null(CpuDataType.Slowness(ScalarType.BFloat16, true, _ => null));
    }

    [Fact]
    public void There_is_nothing_to_tell_of_a_GPU_or_of_float32_that_was_asked_for()
    {
        Assert.Null(new EngineOptions().Slowness(new Device("cuda:0"), ScalarType.Float64, Shape(256)));
        Assert.Null(new EngineOptions { DataType = "float32" }.Slowness(CPU, ScalarType.Float32, Shape(256)));
        Assert.Contains("not used for Float64", new EngineOptions { DataType = "float32" }.Slowness(CPU, ScalarType.Float64, Shape(256)));
    }

    private static CoreShape Shape(int width) => new() { Width = width, Heads = 4, Layers = 1, ExpertWidth = 4 * width };
}
