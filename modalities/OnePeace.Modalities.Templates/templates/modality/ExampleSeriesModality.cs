using OnePeace.Modalities;

namespace ExampleSeriesPlugin;

/// <summary>A series of numbers, such as one channel of a sensor. The host looks for this one public class.</summary>
public sealed class ExampleSeriesModality : IModality
{
    public string Name => "example_series";

    /// <summary>Because of <c>text/</c> JSON carries an input as it is; inputs that are not text travel as base64.</summary>
    public IReadOnlyList<string> MediaTypes => ["text/csv"];

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new ExampleSeriesPreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new ExampleSeriesAdaptor(shape, options);
}
