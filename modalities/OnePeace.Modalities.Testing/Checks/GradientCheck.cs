using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Training reaches every parameter of the modality and none of the frozen core.</summary>
internal sealed class GradientCheck : IConformanceCheck
{
    public string Name => "gradients";

    public void Run(Subject subject)
    {
        using var model = new TestModel(subject);
        foreach (var parameter in model.Core.parameters()) parameter.requires_grad = false;
        var before = model.Core.parameters().Select(parameter => parameter.bytes.ToArray()).ToList();
        model.Core.train();
        model.Module.train();
        foreach (var batch in subject.Batches()) Learn(model, batch);
        foreach (var (name, parameter) in model.Module.named_parameters()) CheckGradient(name, parameter);
        foreach (var ((name, parameter), bytes) in model.Core.named_parameters().Zip(before))
            Expect.That(parameter.grad is null && parameter.bytes.SequenceEqual(bytes), $"Expected the frozen core to stay as it is, but its parameter '{name}' got a gradient or another value: an adaptor may use its own parameters only.");
    }

    /// <summary>A loss in which every value of every vector counts, each with another weight.</summary>
    private static void Learn(TestModel model, IReadOnlyList<PreparedSample> batch)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var vectors = model.Embed(batch);   // [B, D]
        Expect.That(vectors.requires_grad, $"Expected vectors that can be trained, but they carry no gradient: do not detach tensors or use no_grad in the modules.");
        vectors.mul(rand(vectors.Sizes(), generator: generator)).sum().backward();
    }

    private static void CheckGradient(string name, TorchSharp.Modules.Parameter parameter)
    {
        using var scope = NewDisposeScope();
        Expect.That(parameter.requires_grad, $"Expected every parameter to be trainable, but '{name}' is not: what is fixed belongs into a buffer (register_buffer).");
        Expect.That(parameter.grad is not null, $"Expected a gradient for every parameter, but '{name}' got none: use it in the forward pass, do not detach what it makes, or remove it.");
        var gradient = parameter.grad!;
        Expect.That(gradient.isfinite().all().item<bool>(), $"Expected finite gradients, but that of '{name}' is not: look for square roots, logarithms and divisions at zero.");
        Expect.That(gradient.count_nonzero().item<long>() > 0, $"Expected a gradient for every parameter, but that of '{name}' is zero everywhere: it has no influence on the vectors.");
    }
}
