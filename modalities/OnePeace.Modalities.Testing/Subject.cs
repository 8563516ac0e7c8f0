using OnePeace.Engine.Batching;
using OnePeace.Engine.Packages;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Modalities.Testing;

/// <summary>The plugin that is tried, its project and its samples.</summary>
internal sealed class Subject
{
    private static readonly Dictionary<string, long[]> NoWeights = [];

    public Subject(ModalityConformance conformance)
    {
        Conformance = conformance;
        Project = ModalityProject.Open(conformance.Folder);
        Modality = conformance.Create();
        Options = CompleteOptions();
        Samples = [.. Project.Declared.Canaries.Select(Read)];
    }

    public ModalityConformance Conformance { get; }

    public ModalityProject Project { get; }

    public IModality Modality { get; }

    /// <summary>The project's options, completed by the plugin.</summary>
    public ModalityOptions Options { get; }

    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>How long the host waits for one input.</summary>
    public TimeSpan Patience => TimeSpan.FromSeconds(Project.Declared.Limits.PrepareSeconds);

    /// <summary>Samples that can share a batch: those whose fields differ in the first axis alone.</summary>
    public IReadOnlyList<IReadOnlyList<PreparedSample>> Batches()
    {
        var preprocessor = Modality.CreatePreprocessor(Options);
        return [.. Samples.Select(sample => new PreparedSample(sample.Name, Preparation.Run(preprocessor, sample.Bytes, Patience)))
            .GroupBy(sample => BatchAssembly.Lane("", sample.Input)).Select(IReadOnlyList<PreparedSample> (batch) => [.. batch])];
    }

    /// <summary>The model that the author names, or null.</summary>
    public ModelSource? OpenModel() => Conformance.Model is { } path ? ModelSources.Open(path) : null;

    private ModalityOptions CompleteOptions()
    {
        if (Project.Declared.Weights.From is not { } from) return Complete(null);
        using var model = OpenModel()
            ?? throw new ConformanceException($"modality.json takes options and weights from the modality '{from}' of a model: name the model with {nameof(ModalityConformance)}.{nameof(ModalityConformance.Model)} or the environment variable ONEPEACE_MODEL.");
        return Complete(Project.From(model)?.Options);
    }

    private ModalityOptions Complete(ModalityOptions? from) => Modality.CompleteOptions(new ModalityOptions(Project.OptionsOver(from), Project.Assets), NoWeights);

    private Sample Read(string canary)
    {
        var path = Path.Combine(Project.Folder, canary);
        Expect.That(File.Exists(path), $"modality.json names the canary '{canary}', but there is no such file in {Project.Folder}: add it, or name another.");
        return new Sample(canary, File.ReadAllBytes(path));
    }
}
