using OnePeace.Engine.Packages;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>What <c>modality.json</c> and the plugin say of themselves agrees and makes sense.</summary>
internal sealed class DescriptionCheck : IConformanceCheck
{
    private const long MostBytes = 1L << 30;
    private const int MostTokens = 1 << 20, MostSeconds = 3600;

    public string Name => "description";

    public void Run(Subject subject)
    {
        var (modality, declared) = (subject.Modality, subject.Project.Declared);
        Expect.That(modality.Name == declared.Name, $"modality.json names the modality '{declared.Name}', but the plugin is '{modality.Name}': give both one name.");
        Expect.That(!string.IsNullOrWhiteSpace(declared.Text), $"Expected a description in modality.json, but there is none: say in a sentence what the modality reads.");
        var types = modality.MediaTypes;
        Expect.That(ManifestRules.AreMediaTypes(types), $"Expected 1 to 64 media types in lower case such as text/csv, but the plugin says [{string.Join(", ", types)}]: correct {nameof(IModality.MediaTypes)}.");
        Expect.That(types.Distinct().Count() == types.Count, $"Expected every media type once, but the plugin says [{string.Join(", ", types)}]: correct {nameof(IModality.MediaTypes)}.");
        CheckLimits(declared.Limits);
        foreach (var sample in subject.Samples)
            Expect.That(sample.Bytes.Length is > 0 and var length && length <= declared.Limits.MaxInputBytes, $"Expected the canary '{sample.Name}' to have 1 to {declared.Limits.MaxInputBytes} bytes, but it has {sample.Bytes.Length}: take another, or raise max_input_bytes in modality.json.");
        foreach (var sample in subject.Batches().SelectMany(batch => batch))
            Expect.That(sample.Tokens >= 1 && sample.Tokens <= declared.Limits.MaxTokens, $"Expected the canary '{sample.Name}' to become 1 to {declared.Limits.MaxTokens} tokens, but it becomes {sample.Tokens}: take a shorter one, or raise max_tokens in modality.json.");
    }

    private static void CheckLimits(ModalityProject.ProjectLimits limits)
    {
        Expect.That(limits.MaxInputBytes is >= 1 and <= MostBytes, $"Expected max_input_bytes of 1 to {MostBytes} in modality.json, but it is {limits.MaxInputBytes}: correct it.");
        Expect.That(limits.MaxTokens is >= 1 and <= MostTokens, $"Expected max_tokens of 1 to {MostTokens} in modality.json, but it is {limits.MaxTokens}: correct it.");
        Expect.That(limits.PrepareSeconds is > 0 and <= MostSeconds, $"Expected prepare_seconds above 0 and of at most {MostSeconds} in modality.json, but it is {limits.PrepareSeconds}: correct it.");
    }
}
