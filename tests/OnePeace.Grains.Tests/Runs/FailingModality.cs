using OnePeace.Modalities;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>A plugin that throws when it is asked for its media types, or whether it can change its inputs.</summary>
internal sealed class FailingModality(string name, Exception? types = null, Exception? augmentation = null) : IModality, IAugmentingModality
{
    public string Name => name;

    /// <summary>Throws when they are counted, not when they are asked for.</summary>
    public IReadOnlyList<string> MediaTypes => types is null ? [$"application/x-{name}"] : new Late(types);

    public void CheckAugmentation(ModalityOptions settings)
    {
        if (augmentation is not null) throw augmentation;
    }

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => throw new NotSupportedException();

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => throw new NotSupportedException();

    public IAugmentingPreprocessor CreateAugmentingPreprocessor(ModalityOptions options, ModalityOptions settings) => throw new NotSupportedException();

    private sealed class Late(Exception failure) : IReadOnlyList<string>
    {
        public int Count => throw failure;

        public string this[int index] => throw failure;

        public IEnumerator<string> GetEnumerator() => throw failure;

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw failure;
    }
}
