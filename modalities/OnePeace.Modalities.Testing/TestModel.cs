using OnePeace.Engine.Batching;
using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing;

/// <summary>A small random core with the plugin's module around it, for serving until <see cref="nn.Module.train"/> is called.</summary>
internal sealed class TestModel : IDisposable
{
    private const double Noise = 0.1;

    private readonly ScalarType _type;

    public TestModel(Subject subject)
    {
        _type = ScalarType.Float32;
        Core = new TransformerCore(subject.Conformance.Core);
        Module = new ModalityModule(subject.Modality, Core.Shape, subject.Options);
        foreach (var (module, seed) in new (nn.Module, long)[] { (Core, 1), (Module, 2) })
        {
            module.InitialiseParameters(seed);
            Stir(module, seed);
            module.eval();
        }
    }

    /// <summary>The weights of another model, in another type.</summary>
    public TestModel(Subject subject, TestModel other, ScalarType type) : this(subject)
    {
        _type = type;
        foreach (var (module, source) in new (nn.Module, nn.Module)[] { (Core, other.Core), (Module, other.Module) })
        {
            module.load_state_dict(source.state_dict());
            module.to(type);
        }
    }

    public TransformerCore Core { get; }

    public ModalityModule Module { get; }

    /// <summary>A padded batch; its tensors belong to the caller's dispose scope.</summary>
    public ModalityBatch Batch(IEnumerable<PreparedSample> samples) => BatchAssembly.Stack([.. samples.Select(s => s.Input)], CPU, _type);

    /// <summary>Unit vectors <c>[B, D]</c>, owned by the caller's dispose scope.</summary>
    public Tensor Embed(IEnumerable<PreparedSample> samples) => Embeddings.Of(Core, [new SegmentInput(Module, Batch(samples))]);

    /// <summary>Unit vectors in float32, <c>[D]</c> each, without gradients.</summary>
    public float[][] Vectors(IEnumerable<PreparedSample> samples)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        return [.. Embed(samples).to(ScalarType.Float32).data<float>().ToArray().Chunk(Core.Shape.Width)];
    }

    public void Dispose()
    {
        Module.Dispose();
        Core.Dispose();
    }

    /// <summary>Moves every parameter a little: what starts at zero, as position tables do, would hide what is wrong with its use.</summary>
    private static void Stir(nn.Module module, long seed)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        using Scalar half = 0.5f.ToScalar(), width = (2 * Noise).ToScalar();
        foreach (var parameter in module.parameters())
            parameter.PlusInPlace(rand(parameter.Sizes(), generator: generator).sub_(half).mul_(width));
    }
}
