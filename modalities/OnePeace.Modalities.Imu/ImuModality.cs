namespace OnePeace.Modalities.Imu;

/// <summary>Motion: what an accelerometer and a gyroscope feel.</summary>
public sealed class ImuModality : IModality
{
    public string Name => "imu";

    public IReadOnlyList<string> MediaTypes => ["application/vnd.imu+csv", ImuReader.Binary];   // none is text/: in JSON both are base64

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new ImuPreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new ImuAdaptor(shape, options);
}
