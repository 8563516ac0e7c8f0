using OnePeace.Modalities.Layers;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>The adaptor's tokens have the contract's shapes and types, and hold numbers.</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>L</c> tokens, <c>D</c> width, <c>H</c> heads.</remarks>
internal sealed class TokenCheck : IConformanceCheck
{
    public string Name => "tokens";

    public void Run(Subject subject)
    {
        using var gradients = no_grad();
        using var model = new TestModel(subject);
        foreach (var batch in subject.Batches())
        {
            foreach (var sample in batch)
            {
                CheckFields(sample);
                CheckTokens(model, [sample], $"the sample '{sample.Name}' alone");
            }
            CheckTokens(model, batch, $"a batch of {batch.Count} samples");
        }
    }

    private static void CheckFields(PreparedSample sample)
    {
        var names = sample.Input.Fields.Select(field => field.Name).ToList();
        Expect.That(names.Count > 0 && names.Distinct().Count() == names.Count, $"Expected at least one field, each of another name, of the sample '{sample.Name}', but the preprocessor made [{string.Join(", ", names)}]: name every field once.");
        foreach (var field in sample.Input.Fields)
            Expect.That(field.Value.Shape.Count > 0, $"Expected every field to have an axis along which it is padded, but '{field.Name}' of the sample '{sample.Name}' has none: give it the shape [1].");
    }

    private static void CheckTokens(TestModel model, IReadOnlyList<PreparedSample> samples, string of)
    {
        using var scope = NewDisposeScope();
        var tokens = model.Module.Adaptor.call(model.Batch(samples));
        var (batch, length, shape) = (samples.Count, samples.Max(sample => sample.Tokens), model.Core.Shape);
        CheckTensor(tokens.Embeddings, "Embeddings", [batch, length, shape.Width], ScalarType.Float32, $"{of}, by PreparedInput.Tokens");
        CheckTensor(tokens.PaddingMask, "PaddingMask", [batch, length], ScalarType.Bool, of);
        Expect.That(tokens.Embeddings.isfinite().all().item<bool>(), $"Expected finite embeddings of {of}, but some are not: look for a division by zero or an empty mean.");
        var biases = tokens.Biases.ToList();
        Expect.That(biases.Count == 0 || biases.Count == 1 || biases.Count == shape.Layers, $"Expected no attention biases, one for all layers or one for each of {shape.Layers}, but {biases.Count} came of {of}: correct {nameof(Tokens)}.{nameof(Tokens.Biases)}.");
        foreach (var bias in biases)
        {
            CheckTensor(bias, "every bias", [bias.size(0) == 1 ? 1 : batch, shape.Heads, length, length], ScalarType.Float32, of);
            Expect.That(!bias.isnan().any().item<bool>() && !bias.isposinf().any().item<bool>(), $"Expected attention biases of {of} that are numbers or minus infinity, but some are not: look for a division by zero.");
        }
    }

    private static void CheckTensor(Tensor tensor, string what, long[] shape, ScalarType type, string of) =>
        Expect.That(tensor.Sizes().AsSpan().SequenceEqual(shape) && tensor.dtype == type, $"Expected {what} {type} [{string.Join(", ", shape)}] of {of}, but it is {tensor.dtype} [{string.Join(", ", tensor.Sizes())}]: correct the adaptor, or what the preprocessor says.");
}
