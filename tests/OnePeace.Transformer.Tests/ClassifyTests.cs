using OnePeace.Transformer.Tests.Checkpoints;
using OnePeace.Transformer.Tests.Reference;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

public class ClassifyTests(ITestOutputHelper output)
{
    public static TheoryData<string> All =>
        [.. Directory.EnumerateFiles(TestFiles.Reference("models"), "classify_*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_step_and_every_score_equals_the_official_one(string name)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", name);
        using var model = ReferenceModel.Build(reference);
        using var head = ReferenceModel.BuildHead(reference);
        var modalities = reference.Modalities.Select(m => model.Modalities[m.Name]).ToArray();

        var first = Run(second: false);
        var second = reference.ModelConfig["attn_pooling"] is not null && ((bool?)reference.Json["use_two_images"] ?? false) ? Run(second: true) : null;
        var from = (bool?)reference.ModelConfig["use_image_features"] ?? false ? Array.FindIndex(modalities, m => m.Name == "image") : 0;
        var logits = head.call(first.Features[from], second?.Features[from], first.Masks[from]);

        var steps = first.Compare(reference.Data, "hid.");
        var final = Difference.Check("out.logits", logits, reference.Data.Read("out.logits"));
        output.WriteLine($"{name}: steps within {steps:e1}, scores within {final:e1}");

        Trace Run(bool second) => Trace.Run(model.Core, [.. modalities.Select(m => new Segment(m, m.Adaptor.call(reference.Batch(m.Name, second: second))))]);
    }
}
