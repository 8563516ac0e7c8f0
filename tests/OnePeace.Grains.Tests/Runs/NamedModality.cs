using OnePeace.Modalities;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>A plugin that only says what it is.</summary>
internal class NamedModality(string name) : IModality
{
    public string Name => name;

    public IReadOnlyList<string> MediaTypes => [name == "text" ? "text/plain" : $"application/x-{name}"];

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => throw new NotSupportedException();

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => throw new NotSupportedException();
}
