using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using static OnePeace.Modalities.Tests.SeededValues;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Tests;

public class PackingTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, 2e-2)]
    public void A_packed_map_and_what_is_fused_with_it_equal_the_plain_one(ScalarType type, double tolerance)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var map = Filled(new Linear(48, 96));
        var (input, other) = (Random(3, 5, 48), Random(3, 5, 96));
        var (plain, gelu, product) = (map.call(input), map.Gelu(input), map.Times(input, other));
        map.to(type);

        map.Pack();

        var (narrow, narrowOther) = (input.to(type), other.to(type));
        Near(plain, map.call(narrow), tolerance);
        Near(gelu, map.Gelu(narrow), tolerance);
        Near(product, map.Times(narrow, narrowOther), tolerance);
    }

    [Fact]
    public void A_sum_is_fused_into_a_packed_map()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var (weight, bias, input, other) = (Random(24, 16), Random(24), Random(7, 16), Random(7, 24));
        using var packed = new PackedWeight(weight, bias);
        Near(nn.functional.linear(input, weight, bias).Plus(other), packed.ApplyPlus(input, other), 1e-5);
    }

    [Fact]
    public void Maps_of_one_input_are_joined_and_a_missing_bias_is_zero()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using Linear first = Filled(new Linear(16, 8)), second = Filled(new Linear(16, 24, withBias: false));
        var input = Random(5, 16);
        var expected = cat([first.call(input), second.call(input)], dim: 1);

        using var joined = Linear.PackTogether([first, second], keepsWeights: false);
        foreach (var map in new[] { first, second }) map.Pack();   // to no effect

        Near(expected, joined.Value.Apply(input), 1e-5);
        Assert.All(first.parameters().Concat(second.parameters()), parameter => Assert.Equal(0, parameter.numel()));
    }

    [Fact]
    public void Weights_are_laid_out_when_they_are_first_used_and_held_once_unless_somebody_else_uses_them()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using Linear emptied = Filled(new Linear(16, 8)), kept = Filled(new Linear(16, 8));
        emptied.Pack();
        kept.Pack(keepsWeights: true);
        Assert.Equal([128, 8], emptied.parameters().Select(parameter => parameter.numel()));
        foreach (var map in new[] { emptied, kept }) map.call(Random(2, 16));
        Assert.All(emptied.parameters(), parameter => Assert.Equal(0, parameter.numel()));
        Assert.Equal([128, 8], kept.parameters().Select(parameter => parameter.numel()));
    }

    [Theory]
    [InlineData(1, 10, 5, 1_000)]
    [InlineData(32, 3, 2, 199)]
    [InlineData(32, 3, 2, 200)]
    [InlineData(32, 2, 2, 101)]
    [InlineData(32, 5, 2, 64)]
    [InlineData(32, 1, 1, 10)]
    [InlineData(32, 3, 5, 33)]
    public void A_packed_convolution_over_frames_equals_the_plain_one(int channels, int taps, int stride, int frames)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var convolution = Filled(new Convolution1d(channels, 48, taps, stride));
        var signal = Random(2, channels, frames)[1..2];   // not at the beginning of its memory
        var expected = convolution.call(signal).squeeze(0).transpose(0, 1);

        convolution.Pack();

        Near(expected, convolution.MapFrames(signal.squeeze(0).transpose(0, 1).contiguous()), 1e-5);
    }

    [Fact]
    public void Kept_biases_are_the_computed_ones_and_their_memory_is_bounded()
    {
        using var scope = NewDisposeScope();
        using var cache = new LengthCache(mostBytes: 4 * 100);
        var computed = 0;
        Tensor Get(long length) => cache.Get(0, length, () =>
        {
            computed++;
            return full(length, (float)length);
        });

        using var first = Get(60);
        Assert.Equal(60f, Get(60)[0].item<float>());
        Assert.Equal(1, computed);
        Get(30).Dispose();
        Assert.Equal(60f, Get(60)[0].item<float>());   // used more lately than the other
        Get(40).Dispose();                             // 130 values: the least lately used goes
        Assert.Equal(3, computed);
        Get(60).Dispose();
        Assert.Equal(3, computed);
        Get(30).Dispose();
        Assert.Equal(4, computed);
        Get(500).Dispose();                            // larger than all room: it is not kept, and drives nothing out
        Get(500).Dispose();
        Get(30).Dispose();
        Get(60).Dispose();
        Assert.Equal(6, computed);
        Assert.Equal(60f, first[59].item<float>());    // what was handed out stays
    }

    [Fact]
    public void Tables_of_one_length_do_not_drive_each_other_out()
    {
        using var scope = NewDisposeScope();
        using var cache = new LengthCache(mostBytes: 4 * 100);
        var computed = 0;
        for (var pass = 0; pass < 3; pass++)
        {
            for (var table = 0; table < 4; table++) cache.Get(table, 40, () => zeros(40 + (0 * computed++))).Dispose();
        }
        Assert.Equal(4 + 2 + 2, computed);   // two of four fit
    }

    [Fact]
    public void This_processor_multiplies_reordered_weights_where_libtorch_is_the_one_that_is_pinned()
    {
        if (!OperatingSystem.IsLinux() || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64) return;
        using var scope = NewDisposeScope();
        Assert.True(OneDnn.CanMultiply(ones(16, 16)));
        Assert.Equal(System.Runtime.Intrinsics.X86.Avx512BW.IsSupported, OneDnn.CanMultiply(ones(16, 16, dtype: ScalarType.BFloat16)));
        Assert.False(OneDnn.CanMultiply(ones(16, 16, dtype: ScalarType.Float64)));
    }

    [Fact]
    public void Why_weights_are_not_reordered_is_told()
    {
        if (!OperatingSystem.IsLinux()) return;
        Assert.Null(OneDnn.Refusal(() => true));
        Assert.Contains("wrong", OneDnn.Refusal(() => false));
        Assert.Contains("use the version that the build pins (no such symbol)", OneDnn.Refusal(() => throw new EntryPointNotFoundException("no such symbol.")));
        Assert.Contains("it refuses: oneDNN cannot multiply", OneDnn.Refusal(() => throw new InvalidOperationException("oneDNN cannot multiply.")));
        Assert.Contains("Float64", Packing.Refusal(ScalarType.Float64));
    }

    [Fact]
    public void A_disposed_layer_leaves_nothing_of_what_it_packed()
    {
        using var mode = inference_mode();
        using var input = ones(1, 3, 32);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var expert = Filled(new GeGluExpert(new CoreShape { Width = 32, Heads = 2, Layers = 1, ExpertWidth = 64 }));
        expert.Pack();
        expert.call(input).Dispose();
        Assert.True(DisposeScopeManager.Statistics.ThreadTotalLiveCount > before);
        expert.Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>By the largest value.</summary>
    private static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Sizes(), actual.Sizes());
        var difference = expected.sub(actual.to(ScalarType.Float32)).abs().max().item<float>() / expected.abs().max().item<float>();
        Assert.True(difference <= tolerance, $"{difference:e1} > {tolerance:e1}");
    }
}
