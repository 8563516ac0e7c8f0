using OnePeace.Modalities.Testing.Tests.Plugins;

namespace OnePeace.Modalities.Testing.Tests;

public sealed class ModalityConformanceTests
{
    public static TheoryData<Type, string[], string> Broken => new()
    {
        { typeof(NamesATypeTwice), ["description"], "every media type once" },
        { typeof(OneHeadedBias), ["tokens"], "[1, 4, 25, 25] of the sample 'samples/long.beats' alone, but it is Float32 [1, 1, 25, 25]" },
        { typeof(HidesPaddingItself), ["masks"], "Expected 21 of 25 positions of the sample 'samples/short.beats' to be padding in a batch of 6, but 0 are marked" },
        { typeof(CountsCalls), ["determinism", "concurrency"], "the field 'calls' of the sample 'samples/long.beats'" },
        { typeof(UnseededWeights), ["determinism", "package"], "'adapter.mix" },
        { typeof(SeesPadding), ["batch independence"], "the sample 'samples/short.beats' to have one vector alone and beside" },
        { typeof(SharesABuffer), ["concurrency"], "to be prepared as it is alone while another thread prepares" },
        { typeof(SharesAPass), ["concurrency"], "to have the vector that it has alone while another thread encodes" },
        { typeof(UnusedParameter), ["gradients"], "'adapter.left_over" },
        { typeof(DetachedTokens), ["gradients"], "'adapter." },
        { typeof(RestoresElsewhere), ["masked pretraining"], "in its own place" },
        { typeof(IgnoresPreserved), ["masked pretraining"], "Expected embeddings [3, 13, 32] of the preserved positions alone, but the adaptor made [3, 25, 32]" },
        { typeof(IgnoresCancellation), ["cancellation"], "its token is cancelled, but it was prepared" },
        { typeof(TrustsLengths), ["bad input"], "IndexOutOfRangeException" },
        { typeof(TellsPaths), ["bad input"], "Expected messages without paths, but 'no bytes at all'" },
        { typeof(TakesLong), ["bad input"], "within 2 seconds, but it took 3" },
        { typeof(NeverReturns), ["bad input"], "within 2 seconds, but it took 10" },
        { typeof(PreparesNaN), ["bad input"], "a field 'beats' with others" },
        { typeof(CutsSilently), ["bad input"], "Expected 'beats that are too long' to be refused" },
        { typeof(LosesDigits), ["numeric range"], "in bfloat16 to have a cosine of at least 0.99" },
        { typeof(KeepsTensors), ["leaks"], "50 more are there" },
        { typeof(StaysForEver), ["package"], "unsubscribe from static events" },
        { typeof(ScalesWeights), ["package"], "'adapter.embed_beats" },
        { typeof(GrowsWithEachLoad), ["package"], "adapter.more.weight" },
    };

    [Fact]
    public void A_good_modality_passes_every_check()
    {
        using var project = new BeatProject(typeof(GoodModality));
        Assert.Empty(project.Failures());
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_modality_fails_the_check_of_its_fault_and_no_other(Type plugin, string[] checks, string reason)
    {
        using var project = new BeatProject(plugin);
        var failures = project.Failures();
        Assert.Equal(checks.Order(), failures.Keys.Order());
        Assert.Contains(reason, failures[checks[0]]);
        Assert.StartsWith($"'Emitted.Beats' does not pass the check '{checks[0]}'.", failures[checks[0]]);
    }

    [Fact]
    public void Every_check_has_a_modality_that_fails_it() =>
        Assert.Empty(ModalityConformance.Checks.Except(Broken.SelectMany(row => row.Data.Item2)));

    [Fact]
    public void A_check_that_does_not_exist_is_named()
    {
        using var project = new BeatProject(typeof(GoodModality));
        Assert.Contains("'shapes'; there are: description, tokens,", Assert.Throws<ArgumentException>(() => project.Conformance.Check("shapes")).Message);
    }
}
