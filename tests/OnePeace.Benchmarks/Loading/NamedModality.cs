using OnePeace.Modalities;
using OnePeace.Modalities.Imu;

namespace OnePeace.Benchmarks.Loading;

/// <summary>The motion modality under another name: what the emitted plugins (<see cref="NamedPlugin"/>) derive from.</summary>
public abstract class NamedModality(string name) : IModality
{
    private readonly ImuModality _motion = new();

    public string Name => name;

    public IReadOnlyList<string> MediaTypes => _motion.MediaTypes;

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => _motion.CreatePreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => _motion.CreateAdaptor(shape, options);
}
