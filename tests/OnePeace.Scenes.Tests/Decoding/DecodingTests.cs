namespace OnePeace.Scenes.Tests.Decoding;

/// <summary>Every medium carries every factor: plain features tell them, learnt from training concepts, on concepts that were held out.</summary>
public sealed class DecodingTests(ITestOutputHelper output)
{
    private const double Least = 0.9;

    [Fact]
    public void Pictures_tell_every_factor() => Check("image", PictureFeatures.Of, isPrivate: false);

    [Fact]
    public void Sounds_tell_every_factor_however_loud_they_are() => Check("audio", SoundFeatures.Of, isPrivate: false);

    [Fact]
    public void Sounds_with_echoes_still_tell_every_factor() => Check("audio", SoundFeatures.Of, isPrivate: true);

    [Fact]
    public void Motions_tell_every_factor() => Check("imu", MotionFeatures.Of, isPrivate: false);

    [Fact]
    public void Echoes_are_told_by_what_is_left_when_the_tone_has_ended()
    {
        var medium = SceneMedia.All.Single(one => one.PrivateFactor?.Name == "echo");
        var drawn = SceneFactors.All.SelectMany((concept, i) => Enumerable.Range(0, 3).Select(echo =>
            (SoundFeatures.Tail(medium.Draw(concept, echo, new SceneRandom(3, $"{i}/{echo}"))), echo))).ToList();
        var classifier = new NearestCentroid(drawn);
        var share = drawn.Average(item => classifier.Decide(item.Item1) == item.echo ? 1.0 : 0);
        output.WriteLine($"echo: {share:P1}");
        Assert.True(share >= Least, $"{share:P1} of echoes are told right, expected {Least:P0}.");
    }

    private void Check(string modality, Func<byte[], double[][]> read, bool isPrivate)
    {
        var medium = SceneMedia.All.Single(one => one.Modality == modality);
        var heldOut = HoldOut.Choose(3);
        var drawn = SceneFactors.All.AsParallel().AsOrdered().Select((concept, i) => (Concept: concept, Features: read(medium.Draw(concept, isPrivate ? i % 3 : null, new SceneRandom(3, $"{i}"))))).ToList();
        for (var factor = 0; factor < Factor.Shared.Count; factor++)
        {
            var classifier = new NearestCentroid([.. drawn.Where(item => !heldOut.Contains(item.Concept)).Select(item => (item.Features[factor], item.Concept.Values[factor]))]);
            var asked = drawn.Where(item => heldOut.Contains(item.Concept)).ToList();
            var share = asked.Average(item => classifier.Decide(item.Features[factor]) == item.Concept.Values[factor] ? 1.0 : 0);
            output.WriteLine($"{modality} {Factor.Shared[factor].Name}: {share:P1}");
            Assert.True(share >= Least, $"{modality}: {share:P1} of {Factor.Shared[factor].Name} is told right, expected {Least:P0}.");
        }
    }
}
