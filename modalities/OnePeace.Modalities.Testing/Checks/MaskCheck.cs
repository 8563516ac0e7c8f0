using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>In a padded batch every token that is missing is marked, no other is, and CLS never.</summary>
internal sealed class MaskCheck : IConformanceCheck
{
    public string Name => "masks";

    public void Run(Subject subject)
    {
        using var model = new TestModel(subject);
        foreach (var batch in subject.Batches())
        {
            CheckMask(model, [.. batch, .. batch]);   // twice, so that a sample of a shape of its own is in a batch, too
            foreach (var sample in batch) CheckMask(model, [sample]);
        }
    }

    private static void CheckMask(TestModel model, IReadOnlyList<PreparedSample> samples)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var mask = model.Module.Adaptor.call(model.Batch(samples)).PaddingMask;   // [B, L]
        var (length, missing) = (mask.size(1), mask.data<bool>().ToArray());
        for (var item = 0; item < samples.Count; item++)
        {
            var row = missing.AsSpan((int)(item * length), (int)length);
            var marked = row.Count(true);
            Expect.That(!row[0], $"Expected CLS of the sample '{samples[item].Name}' to be there, but in a batch of {samples.Count} the mask says that it is padding: position 0 of {nameof(Tokens)}.{nameof(Tokens.PaddingMask)} is false for every item.");
            Expect.That(marked == length - samples[item].Tokens, $"Expected {length - samples[item].Tokens} of {length} positions of the sample '{samples[item].Name}' to be padding in a batch of {samples.Count}, but {marked} are marked: make the mask of a field whose {nameof(InputField)}.{nameof(InputField.Padding)} is 1.");
        }
    }
}
