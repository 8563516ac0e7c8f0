using OnePeace.Modalities.Testing;

namespace OnePeace.Modalities.Video.Tests;

public class ConformanceTests
{
    private static readonly ModalityConformance Conformance = ModalityConformance.Of<VideoModality>() with
    {
        Model = RepositoryFolder.At("models/demo"),
        BadInputs = [new BadInput("a text", "not a video at all"u8.ToArray()), new BadInput("a signature alone", "GIF89a"u8.ToArray())],
    };

    public static TheoryData<string> Checks => [.. ModalityConformance.Checks];

    [Theory, MemberData(nameof(Checks))]
    public void Conforms(string check) => Conformance.Check(check);
}
