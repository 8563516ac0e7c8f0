using OnePeace.Modalities;
using OnePeace.Modalities.Layers.Packing;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

public class RetrievalTests(ITestOutputHelper output)
{
    private static readonly string[] Cases =
    [
        "retrieval_val_copy0", "retrieval_val_copy1", "retrieval_text_copy0", "retrieval_text_copy1", "retrieval_image_copy0", "retrieval_image_copy1",
        "retrieval_audio_copy0", "retrieval_audio_copy1", "retrieval_vl_copy0", "retrieval_vl_copy1", "retrieval_al_copy0", "retrieval_al_copy1",
        "retrieval_image_larger", "retrieval_long", "retrieval_flags_defaults", "retrieval_flags_inverse", "retrieval_flags_all_on",
        "retrieval_flags_all_off", "retrieval_flags_shrink", "retrieval_flags_dropout_nonzero_eval",
    ];

    public static TheoryData<string, bool> All => new(Cases.SelectMany(name => new[] { (name, false), (name, true) }));

    [Theory]
    [MemberData(nameof(All))]
    public void Every_step_of_every_modality_equals_the_official_one(string name, bool packed)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", name);
        using var model = ReferenceModel.Build(reference);
        if (packed) Pack(model);
        var compared = 0;
        foreach (var modality in model.Modalities.Values.Where(m => reference.Data.Weights.ContainsKey($"out.{m.Name}")))
        {
            var batch = reference.Batch(modality.Name);
            var trace = Trace.Run(model.Core, [new Segment(modality, modality.Adaptor.call(batch))]);
            var steps = trace.Compare(reference.Data, $"hid.{modality.Name}.");
            var expected = reference.Data.Read($"out.{modality.Name}");
            var embedding = model.Embed(modality.Name, batch);
            var final = Difference.Check($"out.{modality.Name}", embedding, expected);
            Assert.True(Difference.LeastCosine(embedding, expected) >= 0.999999);
            output.WriteLine($"{name} {modality.Name}: steps within {steps:e1}, embedding within {final:e1}");
            compared++;
        }
        Assert.True(compared > 0, "The case has no output to compare.");
    }

    [Theory]
    [InlineData("vl", false)]
    [InlineData("al", false)]
    [InlineData("vl", true)]
    [InlineData("al", true)]
    public void Joint_sequences_equal_the_official_ones(string pair, bool packed)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var compared = 0;
        foreach (var name in Cases)
        {
            using var reference = new ReferenceCase("models", name);
            if (!reference.Data.Weights.ContainsKey($"out.wrapper_{pair}.text")) continue;
            using var model = ReferenceModel.Build(reference);
            if (packed) Pack(model);
            string[] parts = ["text", pair == "vl" ? "image" : "audio"];
            var segments = parts.Select(p => new Segment(model.Modalities[p], model.Modalities[p].Adaptor.call(reference.Batch(p)))).ToArray();
            var trace = Trace.Run(model.Core, segments);
            trace.Compare(reference.Data, $"hid.{pair}.");
            for (var i = 0; i < parts.Length; i++)
            {
                Difference.Check($"{name} {parts[i]}", trace.Features[i], reference.Data.Read($"out.wrapper_{pair}.{parts[i]}"));
                Difference.Check($"{name} {parts[i]} mask", trace.Masks[i], reference.Data.Read($"out.wrapper_{pair}.{parts[i]}_pad"));
            }
            output.WriteLine(name);
            compared++;
        }
        Assert.Equal(6, compared);
    }

    [Fact]
    public void Padding_is_official_only_where_it_is_asked_for()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_val_copy0");
        using var model = ReferenceModel.Build(reference);
        var official = reference.Batch("audio");
        var independent = new ModalityBatch(new Dictionary<string, Tensor> { ["waveform"] = official["waveform"], ["padding_mask"] = official["padding_mask"] });
        Assert.True(Difference.Relative(model.Embed("audio", independent), model.Embed("audio", official)) > 1e-3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_bfloat16_the_embeddings_stay_within_the_rounding_of_the_official_ones(bool packed)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_val_copy0_bf16");
        using var model = ReferenceModel.Build(reference);
        model.Core.to(ScalarType.BFloat16);
        if (packed) model.Core.Pack();
        foreach (var modality in model.Modalities.Values)
        {
            modality.to(ScalarType.BFloat16);
            if (packed) modality.Pack();
            var embedding = model.Embed(modality.Name, reference.Batch(modality.Name));   // inputs stay float32: the adaptor converts them
            Assert.Equal(ScalarType.BFloat16, embedding.dtype);
            var difference = Difference.Check(modality.Name, embedding, reference.Data.Read($"out.{modality.Name}"), 2e-2);
            output.WriteLine($"{modality.Name}: {difference:e1}");
        }
    }

    [Fact]
    public void Packed_layers_add_in_float32_and_leave_what_they_are_given_as_it_was()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_val_copy0_bf16");
        using var model = ReferenceModel.Build(reference);
        model.Core.to(ScalarType.BFloat16);
        model.Core.Pack();
        var modality = model.Modalities["text"].to(ScalarType.BFloat16);
        var segment = new Segment(modality, modality.Adaptor.call(reference.Batch("text")));
        var tokens = segment.Tokens.Embeddings.to(ScalarType.Float32);
        var before = tokens.clone();

        var after = model.Core.Layer(0).call(tokens, segment.Tokens.Biases[0], [segment]);

        Assert.Equal(ScalarType.Float32, after.dtype);
        Assert.Equal(before.data<float>().ToArray(), tokens.data<float>().ToArray());
        Assert.Equal(ScalarType.BFloat16, model.Core.call([segment], PaddingMode.Independent)[0].dtype);
    }

    [Fact]
    public void The_logit_scale_is_the_exponential_of_what_is_stored()
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_val_copy0");
        using var model = ReferenceModel.Build(reference);
        Difference.Check("logit scale", model.LogitScale.Factor().view(1), reference.Data.Read("out.logit_scale_exp"), 1e-6);
    }

    private static void Pack(OnePeaceModel model)
    {
        model.Core.Pack();
        foreach (var modality in model.Modalities.Values) modality.Pack();
    }
}
