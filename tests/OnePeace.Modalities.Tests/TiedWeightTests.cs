using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Tests;

/// <summary>Parameters that a module uses at more than one place.</summary>
public sealed class TiedWeightTests
{
    [Fact]
    public void A_weight_that_is_also_used_as_it_is_keeps_its_values()
    {
        using var module = new ThereAndBack();
        StaysTheSame(module);
        Assert.Equal(16 * 8, module.parameters().Single().numel());
    }

    [Fact]
    public void A_layer_that_is_joined_at_one_place_and_used_alone_at_another_keeps_its_values()
    {
        using var module = new JoinedAndAlone();
        StaysTheSame(module);
    }

    [Fact]
    public void A_layer_that_stands_at_two_places_is_packed_for_both()
    {
        using var module = new Twice();
        StaysTheSame(module);
    }

    private static void StaysTheSame(nn.Module<Tensor, Tensor> module)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        foreach (var parameter in module.parameters()) parameter.copy_(randn([.. parameter.Sizes()], generator: generator));
        module.eval();
        var input = randn([3, 16], generator: generator);
        var plain = module.call(input);
        module.Pack();
        for (var pass = 0; pass < 2; pass++)   // what is laid out at the first use may be missing at the second
            Assert.True(plain.sub(module.call(input)).abs().max().item<float>() <= 1e-5f * plain.abs().max().item<float>());
    }

    /// <summary>Through a map, and back through the same weight.</summary>
    private sealed class ThereAndBack : nn.Module<Tensor, Tensor>
    {
        private readonly Layers.Linear _map = new(16, 8, withBias: false);
        private readonly Parameter _tied;

        public ThereAndBack() : base(nameof(ThereAndBack))
        {
            _tied = _map.parameters().Single();
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _map.call(input).matmul(_tied);
    }

    private sealed class JoinedAndAlone : nn.Module<Tensor, Tensor>
    {
        private readonly Layers.Linear _shared;
        private readonly Pair _pair;

        public JoinedAndAlone() : base(nameof(JoinedAndAlone))
        {
            _pair = new Pair();
            _shared = _pair.First;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _pair.call(input).add(_shared.call(input).repeat(1, 2));
    }

    /// <summary>Two maps that become one.</summary>
    private sealed class Pair : nn.Module<Tensor, Tensor>, IPackable
    {
        private readonly Layers.Linear _first = new(16, 8), _second = new(16, 8);
        private OnFirstUse<PackedWeight>? _packed;

        public Pair() : base(nameof(Pair)) => RegisterComponents();

        public Layers.Linear First => _first;

        public override Tensor forward(Tensor input) => _packed?.Value.Apply(input) ?? cat([_first.call(input), _second.call(input)], dim: 1);

        public void Pack(bool keepsWeights) => _packed ??= Layers.Linear.PackTogether([_first, _second], keepsWeights);

        protected override void Dispose(bool disposing)
        {
            if (disposing) _packed?.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Twice : nn.Module<Tensor, Tensor>
    {
        private readonly Layers.Linear _first, _second;

        public Twice() : base(nameof(Twice))
        {
            _first = _second = new(16, 16);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _second.call(_first.call(input));
    }
}
