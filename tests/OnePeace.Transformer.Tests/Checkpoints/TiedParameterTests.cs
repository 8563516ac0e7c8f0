using OnePeace.Modalities.Layers.Packing;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Checkpoints;

public sealed class TiedParameterTests
{
    [Fact]
    public void A_parameter_that_two_layers_hold_is_filled_for_both_and_stays_so_when_packed()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var module = new ThereAndBack();
        using var generator = new Generator(5);
        Tensor weight = randn([8, 16], generator: generator), input = randn([3, 16], generator: generator);

        Fill(module, weight, ScalarType.Float32);

        var expected = nn.functional.linear(input, weight).matmul(weight);
        module.Pack();
        for (var pass = 0; pass < 2; pass++)
            Assert.True(expected.sub(module.call(input)).abs().max().item<float>() <= 1e-5f * expected.abs().max().item<float>());
    }

    [Fact]
    public void It_is_refused_in_another_type_with_its_name_and_what_to_do()
    {
        using var module = new ThereAndBack();
        using var weight = zeros(8, 16);
        var refused = Assert.Throws<InvalidDataException>(() => Fill(module, weight, ScalarType.BFloat16));
        Assert.Equal("The test holds tied in several layers, so that it cannot be converted to bfloat16 on cpu: let both use one layer, or ask for float32 on cpu.", refused.Message);
    }

    [Theory]
    [InlineData(DeviceType.CUDA, 0, DeviceType.CUDA, 0, true)]
    [InlineData(DeviceType.CUDA, 0, DeviceType.CUDA, 1, false)]
    [InlineData(DeviceType.CUDA, 0, DeviceType.CPU, -1, false)]
    [InlineData(DeviceType.CPU, -1, DeviceType.CPU, -1, true)]
    public void It_stays_where_it_is_on_the_very_same_device_only(DeviceType one, int oneIndex, DeviceType other, int otherIndex, bool same) =>
        Assert.Equal(same, ModuleWeights.Same(new Device(one, oneIndex), new Device(other, otherIndex)));

    [Fact]
    public void A_layer_that_stands_at_two_places_is_converted()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var module = new Twice();
        Fill(module, eye(16).mul(2f), ScalarType.BFloat16, "first.weight");
        Assert.Equal(4f, module.call(ones(1, 16, dtype: ScalarType.BFloat16))[0, 0].to(ScalarType.Float32).item<float>());
    }

    private static void Fill(nn.Module module, Tensor weight, ScalarType type, string name = "tied") =>
        new ModuleWeights(module, "test").Replace(new Dictionary<string, Tensor> { [name] = weight }, CPU, type);

    private sealed class Twice : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "first")] private readonly Modalities.Layers.Linear _first;

        [ComponentName(Name = "second")] private readonly Modalities.Layers.Linear _second;

        public Twice() : base(nameof(Twice))
        {
            _first = _second = new(16, 16, withBias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _second.call(_first.call(input));
    }

    private sealed class ThereAndBack : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "map")] private readonly Modalities.Layers.Linear _map = new(16, 8, withBias: false);

        [ComponentName(Name = "tied")] private readonly Parameter _tied;

        public ThereAndBack() : base(nameof(ThereAndBack))
        {
            _tied = _map.parameters().Single();
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _map.call(input).matmul(_tied);
    }
}
