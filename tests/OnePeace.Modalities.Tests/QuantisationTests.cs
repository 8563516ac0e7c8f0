using System.Runtime.Intrinsics;
using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using static OnePeace.Modalities.Tests.SeededValues;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Tests;

/// <summary>Widths are and are not multiples of what a processor computes at once.</summary>
public class QuantisationTests
{
    private static readonly string? Refusal = Quantisation.Refusal;

    [Theory]
    [InlineData(ScalarType.Float32, 64, 256, true)]
    [InlineData(ScalarType.Float32, 40, 104, true)]
    [InlineData(ScalarType.Float32, 24, 7, false)]
    [InlineData(ScalarType.BFloat16, 64, 256, false)]
    [InlineData(ScalarType.BFloat16, 40, 104, true)]
    [InlineData(ScalarType.BFloat16, 24, 7, true)]
    public void An_expert_in_int8_is_near_the_plain_one(ScalarType type, int width, int inner, bool norms)
    {
        Assert.SkipWhen(Refusal is not null, Refusal ?? "");
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var expert = Filled(width, inner, norms);
        var tokens = Random(3, 5, width);
        var plain = expert.call(tokens);
        expert.to(type);

        expert.Quantise();
        expert.Pack();
        var quantised = expert.call(tokens.to(type));

        Assert.Equal(type, quantised.dtype);
        Assert.Equal(plain.Sizes(), quantised.Sizes());
        var cosine = nn.functional.cosine_similarity(plain, quantised.to(ScalarType.Float32), dim: 2).min().item<float>();
        Assert.InRange(cosine, 0.998f, 0.9999999f);   // not the same: it is int8 that computes
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void An_expert_answers_a_row_as_it_does_alone_to_the_bit(ScalarType type)
    {
        Assert.SkipWhen(Refusal is not null, Refusal ?? "");
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var expert = Filled(64, 256, norms: true);
        expert.to(type);
        expert.Quantise();
        expert.Pack();
        var tokens = Random(64, 64).to(type);
        var together = expert.call(tokens);
        for (var row = 0; row < 64; row += 9)
            Assert.Equal(together.narrow(0, row, 1).contiguous().bytes.ToArray(), expert.call(tokens.narrow(0, row, 1)).bytes.ToArray());
        Assert.Equal([0, 64], expert.call(tokens.narrow(0, 0, 0)).Sizes());
    }

    [Fact]
    public void A_weight_that_is_no_number_gives_none()
    {
        Assert.SkipWhen(Refusal is not null, Refusal ?? "");
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var nothing = float.NaN.ToScalar();
        using var expert = Filled(64, 256, norms: false);
        expert.named_parameters().Single(parameter => parameter.name == "3.weight").parameter.narrow(0, 5, 1).narrow(1, 3, 1).fill_(nothing);
        expert.Quantise();
        expert.Pack();
        Assert.Equal([5], expert.call(Random(1, 64)).data<float>().ToArray().Index().Where(value => !float.IsFinite(value.Item)).Select(value => value.Index));
    }

    [Fact]
    public void Weights_that_somebody_else_uses_are_kept()
    {
        Assert.SkipWhen(Refusal is not null, Refusal ?? "");
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var expert = Filled(32, 64, norms: true);
        var before = expert.parameters().Sum(parameter => parameter.numel());
        expert.Quantise();
        expert.Pack(keepsWeights: true);
        expert.call(Random(2, 32));
        Assert.Equal(before, expert.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void An_expert_that_is_packed_is_not_quantised_any_more()
    {
        using var expert = Filled(32, 64, norms: true);
        Packing.Pack(expert);
        Assert.Contains("before it is packed", Assert.Throws<InvalidOperationException>(expert.Quantise).Message);
    }

    [Fact]
    public void Rows_of_another_shape_are_refused()
    {
        using var scope = NewDisposeScope();
        var room = QuantisedRows.Of(ones(4, 8));
        Assert.Contains("Expected rows of [4, 8], got [4, 9]", Assert.Throws<ArgumentException>(() => room.Fill(ones(4, 9))).Message);
        Assert.Contains("Expected a norm of 4 values, got one of 3", Assert.Throws<ArgumentException>(() => QuantisedRows.OfGated(ones(2, 8), ones(2), new NormValues(new float[3], new float[3]))).Message);
    }

    [Fact]
    public void Weights_in_int8_are_held_once()
    {
        Assert.SkipWhen(Refusal is not null, Refusal ?? "");
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var expert = Filled(32, 64, norms: true);
        var norms = expert.named_parameters().Where(parameter => parameter.name.StartsWith("2.", StringComparison.Ordinal)).Sum(parameter => parameter.parameter.numel());
        expert.Quantise();
        expert.Pack();
        Assert.Equal((3 * 32 * 64) + 32 + norms, expert.parameters().Sum(parameter => parameter.numel()));
        expert.call(Random(2, 32));
        Assert.Equal(norms, expert.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void A_disposed_expert_leaves_nothing_of_what_it_quantised()
    {
        Assert.SkipWhen(Refusal is not null, Refusal ?? "");
        using var mode = inference_mode();
        using var input = ones(1, 3, 32);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var expert = Filled(32, 64, norms: true);
        expert.Quantise();
        expert.Pack();
        expert.call(input).Dispose();
        Assert.True(DisposeScopeManager.Statistics.ThreadTotalLiveCount > before);
        expert.Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 200)]
    [InlineData(ScalarType.BFloat16, 200)]
    [InlineData(ScalarType.BFloat16, 3)]
    public void Values_become_bytes_to_half_a_step_and_a_row_of_zeros_stays_one(ScalarType type, int width)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var zero = 0f.ToScalar();
        var values = Random(4, width).to(type);
        values[2].fill_(zero);

        var rows = QuantisedRows.Of(values);

        var back = rows.Bytes.to(ScalarType.Float32).sub(full_like(rows.Bytes.to(ScalarType.Float32), OneDnnInt8.Zero)).mul(rows.Scales.unsqueeze(1));
        var steps = back.sub(values.to(ScalarType.Float32)).abs().amax([1]).data<float>().ToArray().Zip(rows.Scales.data<float>().ToArray());
        Assert.All(steps, row => Assert.InRange(row.First, 0, (row.Second * 0.5001f) + 1e-9f));
        Assert.All(rows.Bytes[2].data<byte>().ToArray(), value => Assert.Equal(OneDnnInt8.Zero, value));
    }

    [Fact]
    public void Another_type_is_not_quantised()
    {
        using var scope = NewDisposeScope();
        var fault = Assert.Throws<NotSupportedException>(() => QuantisedRows.Of(ones(2, 3, dtype: ScalarType.Float64)));
        Assert.Contains("Expected float32 or bfloat16", fault.Message);
    }

    [Fact]
    public void GELU_is_that_of_torch()
    {
        using var scope = NewDisposeScope();
        var values = arange(-8, 8, 1f / 64);
        var expected = nn.functional.gelu(values).data<float>().ToArray();
        var inputs = values.data<float>().ToArray();
        for (var at = 0; at < inputs.Length; at += Vector512<float>.Count)
        {
            var actual = ErrorFunction.Gelu(Vector512.Create(inputs, at));
            for (var lane = 0; lane < Vector512<float>.Count; lane++) Assert.Equal(expected[at + lane], actual[lane], 2e-6);
        }
    }

    private static GeGluExpert Filled(int width, int inner, bool norms) =>
        SeededValues.Filled(new GeGluExpert(new CoreShape { Width = width, Heads = 1, Layers = 1, ExpertWidth = inner, ScaleExpert = norms }));
}
