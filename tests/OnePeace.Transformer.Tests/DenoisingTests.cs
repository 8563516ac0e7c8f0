using OnePeace.Modalities;
using OnePeace.Transformer.Denoising;
using OnePeace.Transformer.Tests.Reference;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

public class DenoisingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("stage1_vl")]
    [InlineData("stage2_al")]
    [InlineData("stage1_val_flags")]
    public void Masked_and_full_pretraining_passes_equal_the_official_ones(string name)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("pretrain", name);
        using var model = ReferenceModel.Build(reference);
        using var decoder = ReferenceModel.BuildDecoder(reference);
        foreach (var (type, call) in reference.Json["forward_calls"]!.AsObject())
        {
            var preserved = call!["kwargs"]!.AsObject().Where(k => k.Key.EndsWith("_preserve_ids", StringComparison.Ordinal))
                .Select(k => (Modality: k.Key[..^"_preserve_ids".Length], Input: (string)k.Value!)).ToArray();
            var masked = Masked(reference, model, decoder, type, preserved);
            var full = Full(reference, model, type, [.. preserved.Select(p => p.Modality)]);
            output.WriteLine($"{name} {type}: masked within {masked:e1}, full within {full:e1}");
        }
    }

    private static double Masked(ReferenceCase reference, OnePeaceModel model, DenoisingDecoder decoder, string type, (string Modality, string Input)[] preserved)
    {
        var inputs = preserved.Select(p => new ModelInput(p.Modality, reference.Batch(p.Modality, p.Input))).ToArray();
        var encoder = Trace.Run(model.Core, [.. inputs.Select(i => new Segment(model.Modalities[i.Modality], model.Modalities[i.Modality].Adaptor.call(i.Batch)))]);
        var steps = encoder.Compare(reference.Data, $"hid.{type}.enc.");
        var restored = inputs.Select((input, i) =>
        {
            var (modality, part) = decoder.Branches[input.Modality];
            return new Segment(modality, modality.Adaptor.Restore(input.Batch, part.Narrow(encoder.Features[i]), part.MaskToken));
        }).ToArray();
        steps = Math.Max(steps, Trace.Run(decoder.Core, restored).Compare(reference.Data, $"hid.{type}.dec."));
        var predictions = decoder.Decode([.. inputs.Zip(model.Encode(inputs), (input, features) => new DenoisingInput(input, features))]);
        return inputs.Select((input, i) => Difference.Check($"out.masked.{type}.{input.Modality}", predictions[i], reference.Data.Read($"out.masked.{type}.{input.Modality}")))
            .Append(steps).Max();
    }

    private static double Full(ReferenceCase reference, OnePeaceModel model, string type, string[] modalities)
    {
        var inputs = modalities.Select(m => new ModelInput(m, reference.Batch(m))).ToArray();
        var features = model.Encode(inputs);
        if (modalities is not [var only])
            return features.Select((f, i) => Difference.Check($"out.full.{type}.{i}", f, reference.Data.Read($"out.full.{type}.{i}"))).Max();
        var embedding = Difference.Check($"out.full.{type}.0", model.Embed(only, inputs[0].Batch), reference.Data.Read($"out.full.{type}.0"));
        return Math.Max(embedding, Difference.Check($"out.full.{type}.1", features[0], reference.Data.Read($"out.full.{type}.1")));
    }
}
