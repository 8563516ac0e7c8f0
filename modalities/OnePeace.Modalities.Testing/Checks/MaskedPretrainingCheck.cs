using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Where an adaptor has a decoder's side: preserved positions come out of a sequence and go back to their places. Having none is allowed.</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>L</c> tokens, <c>K</c> preserved tokens, <c>D</c> width.</remarks>
internal sealed class MaskedPretrainingCheck : IConformanceCheck
{
    private const double Tolerance = 1e-4;

    public string Name => "masked pretraining";

    public void Run(Subject subject)
    {
        using var gradients = no_grad();
        using var model = new TestModel(subject);
        using var generator = new Generator(5);
        foreach (var batch in subject.Batches())
        {
            using var scope = NewDisposeScope();
            var preserved = Preserved(batch);                                                                  // [B, K]
            var masked = Preserving(model.Batch(batch), preserved, batch[0].Input);
            var features = randn([batch.Count, preserved.size(1), model.Core.Shape.Width], generator: generator);   // [B, K, D]
            if (Restore(model.Module.Adaptor, masked, features) is not { } restored) return;
            CheckKept(model.Module.Adaptor.call(masked), preserved, model.Core.Shape.Width);
            CheckRestored(restored, Restore(model.Module.Adaptor, masked, features.neg())!, features, preserved, batch.Max(sample => sample.Tokens));
        }
    }

    /// <summary>CLS and every second token of each sample, -1 where a sample has fewer than the longest.</summary>
    private static Tensor Preserved(IReadOnlyList<PreparedSample> batch)
    {
        var most = (batch.Max(sample => sample.Tokens) + 1) / 2;
        return tensor([.. batch.SelectMany(sample => Enumerable.Range(0, most).Select(k => 2L * k < sample.Tokens ? 2L * k : -1))], [batch.Count, most]);
    }

    private static ModalityBatch Preserving(ModalityBatch batch, Tensor preserved, PreparedInput input) =>
        new(input.Fields.ToDictionary(field => field.Name, field => batch[field.Name])) { Preserved = preserved };

    /// <summary>Null where this adaptor cannot be a decoder.</summary>
    private static Tokens? Restore(ModalityAdaptor adaptor, ModalityBatch batch, Tensor features)
    {
        try
        {
            return adaptor.Restore(batch, features, zeros(1, features.size(2)));
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static void CheckKept(Tokens kept, Tensor preserved, int width)
    {
        long[] expected = [.. preserved.Sizes(), width];
        Expect.That(kept.Embeddings.Sizes().AsSpan().SequenceEqual(expected), $"Expected embeddings [{string.Join(", ", expected)}] of the preserved positions alone, but the adaptor made [{string.Join(", ", kept.Embeddings.Sizes())}]: leave out the others where {nameof(ModalityBatch)}.{nameof(ModalityBatch.Preserved)} is set.");
        using var none = MaskedPositions.Padding(preserved);
        Expect.That(kept.PaddingMask.Sizes().AsSpan().SequenceEqual(none.Sizes()) && kept.PaddingMask.equal(none).all().item<bool>(), $"Expected the padding mask to be true exactly where {nameof(ModalityBatch.Preserved)} is -1, but it is [{string.Join(", ", kept.PaddingMask.Sizes())}] with {kept.PaddingMask.sum().item<long>()} marked: use {nameof(MaskedPositions)}.{nameof(MaskedPositions.Padding)}.");
    }

    /// <summary>Half the difference of what comes of features and of their opposites: the features in their places, and nothing elsewhere.</summary>
    private static void CheckRestored(Tokens restored, Tokens opposite, Tensor features, Tensor preserved, int length)
    {
        long[] expected = [features.size(0), length, features.size(2)];
        Expect.That(restored.Embeddings.Sizes().AsSpan().SequenceEqual(expected), $"Expected {nameof(ModalityAdaptor.Restore)} to give [{string.Join(", ", expected)}], but it gives [{string.Join(", ", restored.Embeddings.Sizes())}]: a decoder sees every position again.");
        using var two = 2.ToScalar();
        var placed = restored.Embeddings.sub(opposite.Embeddings).div(two);                                      // [B, L, D]
        var due = MaskedPositions.Scatter(features, preserved, zeros(1, features.size(2)), length);           // [B, L, D]
        var most = placed.sub(due).abs().max().item<float>();
        Expect.That(most <= Tolerance, $"Expected {nameof(ModalityAdaptor.Restore)} to put every preserved feature back in its own place and the mask token elsewhere, within {Tolerance:g1}, but a value differs by {most:g3}: use {nameof(MaskedPositions)}.{nameof(MaskedPositions.Scatter)}.");
    }
}
