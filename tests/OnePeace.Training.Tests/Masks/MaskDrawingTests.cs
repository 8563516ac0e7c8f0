using OnePeace.Modalities;
using OnePeace.Modalities.Audio;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Text;
using OnePeace.Training.Masks;

namespace OnePeace.Training.Tests.Masks;

public class MaskDrawingTests
{
    private const MaskedPasses Both = MaskedPasses.Alone | MaskedPasses.Joint;

    private static readonly Masking Image = ((IModality)new ImageModality()).Masking;
    private static readonly Masking Audio = ((IModality)new AudioModality()).Masking;
    private static readonly Masking Text = ((IModality)new TextModality()).Masking;

    [Fact]
    public void A_draw_depends_on_its_keys_and_on_nothing_else()
    {
        bool[] Draw(params ulong[] keys) => MaskDrawing.Draw(Image, Line(256), Both, keys).Alone!;
        Assert.Equal(Draw(1, 2, 3, 0), Draw(1, 2, 3, 0));
        Assert.All([Draw(2, 2, 3, 0), Draw(1, 3, 3, 0), Draw(1, 2, 4, 0), Draw(1, 2, 3, 1)], other => Assert.NotEqual(Draw(1, 2, 3, 0), other));
        Assert.Equal(Draw(1, 2, 3, 0), MaskDrawing.Draw(Image, Line(256), MaskedPasses.Alone, 1, 2, 3, 0).Alone);
    }

    [Fact]
    public void Of_256_patches_192_are_hidden_alone_and_jointly_the_64_others_and_112_of_them()
    {
        for (ulong item = 0; item < 50; item++)
        {
            var masks = MaskDrawing.Draw(Image, Line(256), Both, item);
            Assert.Equal((192, 176), (Hidden(masks.Alone!), Hidden(masks.Joint!)));
            Assert.All(Enumerable.Range(1, 256).Where(at => !masks.Alone![at]), at => Assert.True(masks.Joint![at]));
        }
    }

    [Fact]
    public void Every_patch_is_hidden_as_often_as_the_share_says()
    {
        const int Draws = 4000;
        var (alone, joint) = (new int[257], new int[257]);
        for (ulong item = 0; item < Draws; item++)
        {
            var masks = MaskDrawing.Draw(Image, Line(256), Both, item);
            for (var at = 0; at < 257; at++)
                (alone[at], joint[at]) = (alone[at] + (masks.Alone![at] ? 1 : 0), joint[at] + (masks.Joint![at] ? 1 : 0));
        }
        Assert.Equal((0, 0), (alone[0], joint[0]));
        Assert.All(alone.Skip(1), count => Assert.InRange(count / (double)Draws, 0.75 - 0.035, 0.75 + 0.035));       // five deviations of 0.0068
        Assert.All(joint.Skip(1), count => Assert.InRange(count / (double)Draws, 0.6875 - 0.037, 0.6875 + 0.037));
    }

    [Theory]
    [InlineData(749, 411, 337)]   // 15 s of sound: int(749 * 0.55), int(749 * 0.45)
    [InlineData(49, 26, 22)]      // 1 s
    [InlineData(7, 3, 3)]
    public void Sounds_of_a_length_hide_exactly_as_many_frames(int frames, int alone, int joint)
    {
        for (ulong item = 0; item < 50; item++)
        {
            var masks = MaskDrawing.Draw(Audio, Line(frames), Both, item);
            Assert.Equal((alone, joint), (Hidden(masks.Alone!), Hidden(masks.Joint!)));
        }
    }

    /// <summary>The official rule, written a second time in Python, gives runs of 5.00 frames on average (4,000 draws); single frames would give 2.2.</summary>
    [Fact]
    public void Hidden_frames_come_in_runs()
    {
        var (runs, hidden) = (0, 0);
        for (ulong item = 0; item < 400; item++)
        {
            var mask = MaskDrawing.Draw(Audio, Line(749), MaskedPasses.Alone, item).Alone!;
            hidden += Hidden(mask);
            runs += Enumerable.Range(1, 749).Count(at => mask[at] && !mask[at - 1]);
        }
        Assert.InRange((double)hidden / runs, 4.9, 5.1);
    }

    [Fact]
    public void Joint_blocks_do_not_depend_on_whether_the_sound_is_masked_alone()
    {
        var both = MaskDrawing.Draw(Audio, Line(200), Both, 4);
        Assert.Equal(both.Joint, MaskDrawing.Draw(Audio, Line(200), MaskedPasses.Joint, 4).Joint);
    }

    /// <summary>Ten words of 1, 2, 3, 1, 2, 3 ... tokens and an end: ceil(10 * 0.15) = 2 words.</summary>
    [Fact]
    public void Words_are_hidden_whole_and_the_end_never()
    {
        bool[] starts = [.. Enumerable.Range(0, 10).SelectMany(word => Enumerable.Range(0, (word % 3) + 1).Select(at => at == 0))];
        var words = new int[10];
        for (ulong item = 0; item < 500; item++)
        {
            var mask = MaskDrawing.Draw(Text, Words(starts), MaskedPasses.Alone, item).Alone!;
            Assert.Equal(starts.Length + 2, mask.Length);
            Assert.False(mask[0] || mask[^1]);
            for (var (at, word) = (0, -1); at < starts.Length; at++)
            {
                if (starts[at]) words[++word] += mask[at + 1] ? 1 : 0;
                else Assert.Equal(mask[at], mask[at + 1]);
            }
        }
        Assert.Equal(1000, words.Sum());
        Assert.All(words, count => Assert.InRange(count, 60, 140));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(20, 3)]   // 20 * 0.15 is 3 in single precision, not a little more
    [InlineData(21, 4)]
    [InlineData(40, 6)]
    public void The_number_of_hidden_words_is_rounded_up(int words, int hidden) =>
        Assert.Equal(hidden, Hidden(MaskDrawing.Draw(Text, Words([.. Enumerable.Repeat(true, words)]), MaskedPasses.Alone, 1).Alone!));

    [Fact]
    public void A_joint_text_hides_tokens_that_the_text_alone_showed()
    {
        bool[] starts = [.. Enumerable.Range(0, 20).Select(at => at % 2 == 0)];
        for (ulong item = 0; item < 50; item++)
        {
            var masks = MaskDrawing.Draw(Text, Words(starts), Both, item);
            Assert.Equal((4, 8), (Hidden(masks.Alone!), Hidden(masks.Joint!)));   // 2 words of 2; int(20 * 0.4)
            Assert.DoesNotContain(Enumerable.Range(0, 22), at => masks.Alone![at] && masks.Joint![at]);
        }
    }

    [Fact]
    public void A_text_that_is_masked_jointly_only_hides_whole_words_at_the_joint_share()
    {
        bool[] starts = [.. Enumerable.Range(0, 20).Select(at => at % 2 == 0)];
        var mask = MaskDrawing.Draw(Text, Words(starts), MaskedPasses.Joint, 1).Joint!;
        Assert.Equal(8, Hidden(mask));   // ceil(10 * 0.4) words of 2
        Assert.All(Enumerable.Range(0, 10), word => Assert.Equal(mask[(2 * word) + 1], mask[(2 * word) + 2]));
    }

    [Fact]
    public void The_smallest_inputs_hide_one_token_if_they_have_one()
    {
        foreach (var masking in new[] { Image, Audio, Text, new Masking() })
        {
            for (var tokens = 0; tokens < 4; tokens++)
            {
                var masks = MaskDrawing.Draw(masking, Line(tokens), Both, 3);
                Assert.InRange(Hidden(masks.Alone!), Math.Min(1, tokens), tokens);
                Assert.InRange(Hidden(masks.Joint!), Math.Min(1, tokens), tokens);
            }
        }
    }

    [Fact]
    public void Passes_that_nobody_wants_are_not_drawn() =>
        Assert.Equal(new DrawnMasks(null, null), MaskDrawing.Draw(Image, Line(256), MaskedPasses.None, 1));

    [Theory]
    [InlineData(0, 0.5, 1, false)]
    [InlineData(0.5, 1.0, 1, false)]
    [InlineData(double.NaN, 0.5, 1, false)]
    [InlineData(0.5, 0.5, 0, false)]
    [InlineData(0.5, 0.5, 5, true)]
    public void Masking_out_of_range_is_told(double ratio, double joint, int block, bool whole) =>
        Assert.Throws<InvalidDataException>(() => MaskDrawing.Check(new Masking(ratio, joint, block, WholeUnits: whole)));

    [Fact]
    public void Units_that_do_not_fit_an_input_are_told()
    {
        Assert.Throws<InvalidDataException>(() => MaskDrawing.Check(new PreparedInput([], 3) { UnitStarts = [true, true, true] }));
        Assert.Throws<InvalidDataException>(() => MaskDrawing.Check(new PreparedInput([], 3) { UnitStarts = [false, true] }));
        MaskDrawing.Check(new PreparedInput([], 3) { UnitStarts = [true, false] });
    }

    private static PreparedInput Line(int tokens) => new([], tokens + 1);

    private static PreparedInput Words(bool[] starts) => new([], starts.Length + 2) { UnitStarts = starts };

    private static int Hidden(bool[] mask) => mask.Count(on => on);
}
