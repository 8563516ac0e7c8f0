using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

public class AttachmentTests
{
    private static readonly string[] Names = ["text", "image", "audio"];

    [Fact]
    public void A_modality_attaches_to_a_core_that_was_built_without_it_and_leaves_the_others_bit_identical()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_val_copy0");
        using var model = ReferenceModel.Build(reference);
        using var audio = model.Detach("audio")!;
        var before = model.Embed("text", reference.Batch("text"));
        Assert.Throws<KeyNotFoundException>(() => model.Embed("audio", reference.Batch("audio")));

        var late = ReferenceModel.BuildModality(reference, audio.Modality);
        ReferenceModel.LoadModality(reference, late);
        Assert.Null(model.Attach(late));

        Difference.Check("audio", model.Embed("audio", reference.Batch("audio")), reference.Data.Read("out.audio"));
        Assert.Equal(0, Difference.Relative(model.Embed("text", reference.Batch("text")), before));
        Assert.DoesNotContain(model.Core.named_parameters(), p => p.name.Contains("audio", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_version_takes_over_and_hands_the_old_one_back()
    {
        using var reference = new ReferenceCase("models", "retrieval_val_copy0");
        using var model = ReferenceModel.Build(reference);
        var old = model.Modalities["text"];
        var snapshot = model.Modalities;
        var next = ReferenceModel.BuildModality(reference, old.Modality);

        using var replaced = model.Attach(next);

        Assert.Same(old, replaced);
        Assert.Same(next, model.Modalities["text"]);
        Assert.Same(old, snapshot["text"]);
        Assert.Null(model.Detach("smell"));
    }

    [Fact]
    public void A_modality_built_for_another_core_is_refused()
    {
        using var reference = new ReferenceCase("models", "retrieval_val_copy0");
        using var model = ReferenceModel.Build(reference, load: false);
        var shape = model.Core.Shape with { Layers = 2 };
        using var foreign = new ModalityModule(reference.Modalities.First(), shape, model.Modalities["text"].Options);
        Assert.Throws<ArgumentException>(() => model.Attach(foreign));
    }

    [Fact]
    public void Three_modalities_share_one_sequence_in_any_order()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_flags_all_on");
        using var model = ReferenceModel.Build(reference);
        var inputs = Names.Select(n => new ModelInput(n, reference.Batch(n))).ToArray();
        var features = model.Encode(inputs);
        var joint = model.EmbedJoint(inputs);

        Assert.Equal([2, 32], joint.shape);
        Difference.Check("unit length", joint.norm(1), ones(2));
        Assert.True(Difference.Relative(features[0], model.Encode([inputs[0]])[0]) > 1e-3, "The text did not attend to the others.");
        Difference.Check("another order", model.EmbedJoint([inputs[2], inputs[0], inputs[1]]), joint);
        Difference.Check("image and audio", model.EmbedJoint([inputs[1], inputs[2]]), model.EmbedJoint([inputs[2], inputs[1]]));
        var mean = nn.functional.normalize(features.Select((f, i) => model.Modalities[Names[i]].Project(f)).Aggregate((a, b) => a + b), dim: 1);
        Difference.Check("the mean of the segments", joint, mean);
    }

    [Fact]
    public void Segments_attend_to_each_other_by_content_alone()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_val_copy0");
        using var model = ReferenceModel.Build(reference);
        var (text, image) = (model.Modalities["text"], model.Modalities["image"]);
        var words = new Segment(text, text.Adaptor.call(reference.Batch("text")));
        var pictures = image.Adaptor.call(reference.Batch("image"));
        var two = new Segment(text, new Tokens(words.Tokens.Embeddings.narrow(0, 0, 2), words.Tokens.PaddingMask.narrow(0, 0, 2), words.Tokens.Biases));
        var joint = model.Core.call([two, new Segment(image, pictures)], PaddingMode.Independent);
        var swapped = model.Core.call([new Segment(image, pictures), two], PaddingMode.Independent);
        Difference.Check("text", swapped[1], joint[0]);
        Difference.Check("image", swapped[0], joint[1]);
    }

    [Fact]
    public void Every_weight_can_start_from_a_seed()
    {
        using var reference = new ReferenceCase("models", "retrieval_flags_all_on");
        using var model = ReferenceModel.Build(reference, load: false);
        using var _ = no_grad();
        foreach (var module in model.Modalities.Values.Append<nn.Module>(model.Core).Append(model.LogitScale))
        {
            foreach (var parameter in module.parameters()) parameter.fill_(float.NaN);
            module.InitialiseParameters(seed: 7);
            Assert.All(module.named_parameters(), p => Assert.True(p.parameter.isfinite().all().item<bool>(), p.name));
        }
    }
}
