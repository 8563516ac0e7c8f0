using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>The same input gives the same bytes, and the same seed the same weights, in another instance of the plugin, too.</summary>
internal sealed class DeterminismCheck : IConformanceCheck
{
    private const long Seed = 7;

    public string Name => "determinism";

    public void Run(Subject subject)
    {
        var again = new Subject(subject.Conformance);
        var (first, second) = (subject.Batches(), again.Batches());
        foreach (var (a, b) in first.SelectMany(batch => batch).Zip(second.SelectMany(batch => batch)))
            ComparePrepared(a, b);
        CompareWeights(subject, again);
        using TestModel model = new(subject), other = new(again);
        foreach (var batch in first)
        {
            var vectors = model.Vectors(batch);
            Compare(vectors, model.Vectors(batch), "twice by one module");
            Compare(vectors, other.Vectors(batch), "by a second instance with the same weights");
        }
    }

    private static void ComparePrepared(PreparedSample a, PreparedSample b)
    {
        Expect.That(a.Tokens == b.Tokens && a.Input.Fields.Count == b.Input.Fields.Count, $"Expected the sample '{a.Name}' to be prepared as before by a second preprocessor, but it had {a.Tokens} tokens in {a.Input.Fields.Count} fields and then {b.Tokens} in {b.Input.Fields.Count}: prepare by the bytes and the options alone.");
        foreach (var (x, y) in a.Input.Fields.Zip(b.Input.Fields))
            Expect.That(PreparedSample.IsLike(x, y), $"Expected the field '{x.Name}' of the sample '{a.Name}' to be the same bytes when it is prepared a second time, but they differ: prepare by the bytes and the options alone, without clock or random numbers.");
    }

    /// <summary>Two modules from one seed. Memory is made dirty in between, so that a weight which nobody sets shows.</summary>
    private static void CompareWeights(Subject subject, Subject again)
    {
        using var first = Build(subject);
        Soil(first);
        using var second = Build(again);
        foreach (var ((name, a), (_, b)) in first.named_parameters().Zip(second.named_parameters()))
            Expect.That(a.bytes.SequenceEqual(b.bytes), $"Expected two modules of one seed to have the same weights, but '{name}' differs: initialise it in {nameof(IInitialised)}.{nameof(IInitialised.Initialise)} from the generator that is given, or use the layers of {typeof(IInitialised).Namespace}.");
    }

    private static ModalityModule Build(Subject subject)
    {
        var module = new ModalityModule(subject.Modality, subject.Conformance.Core, subject.Options);
        module.InitialiseParameters(Seed);
        return module;
    }

    private static void Soil(nn.Module module)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in module.parameters()) Initialisation.Fill(empty(parameter.Sizes()), float.Pi);
    }

    private static void Compare(float[][] expected, float[][] actual, string how)
    {
        foreach (var (a, b) in expected.Zip(actual))
            Expect.That(a.AsSpan().SequenceEqual(b), $"Expected the same vectors, bit for bit, of one batch encoded {how}, but they differ by up to {VectorDistance.Largest(a, b):g3}: let the adaptor depend on nothing but batch and weights.");
    }
}
