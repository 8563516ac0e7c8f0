using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using OnePeace.Modalities.Audio.Decoding;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Audio.Tests;

public sealed class AudioPreprocessorTests
{
    private static readonly string Folder = RepositoryFolder.At("tests/data/reference/audio");
    private static readonly JsonNode Facts = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "audio.json")))!;
    private readonly AudioPreprocessor _preprocessor = new(new ModalityOptions());

    public static TheoryData<string> Files => [.. Facts["files"]!.AsObject().Select(file => file.Key)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_reference_clip_becomes_the_official_waveform_and_mask(string file)
    {
        var facts = Facts["files"]![file]!;
        var (waveform, mask) = await Prepare(file);

        Assert.Equal((int)facts["feats"]!, waveform.Length);
        Assert.Equal(new bool[(int)facts["mask"]!], mask);
        // A tone's level at the filter's edge moves the normalisation of the whole clip, so resampled clips are compared as directions too.
        var resampled = (bool)facts["resampled"]!;
        var expected = Stored(file);
        var actual = expected.Length == waveform.Length ? waveform : Excerpts(waveform);
        Assert.InRange(LargestDifference(expected, actual), 0, resampled ? 8e-3 : 1e-5);
        Assert.InRange(Cosine(expected, actual), resampled ? 0.9999 : 0.9999999, 1.0000001);
    }

    [Theory]
    [InlineData("mono_8k.wav")]
    [InlineData("stereo_44k.wav")]
    [InlineData("u8_11k.wav")]
    public async Task A_resampled_wave_is_within_two_thousandths_of_the_official_one(string file)
    {
        using var reference = new SafetensorsFile(Path.Combine(Folder, "audio.safetensors"));
        using var tensor = reference.Read("loaded." + file);
        var expected = tensor.data<float>().ToArray();
        var decoded = await new WavDecoder().DecodeAsync(File.ReadAllBytes(Path.Combine(Folder, "inputs", file)), new(), default);

        var actual = new Resampler(decoded.SampleRateHz, 16_000).Resample(decoded.Samples);

        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(LargestDifference(expected, actual), 0, 2e-3);
        Assert.InRange(Cosine(expected, actual), 0.9999, 1.0000001);
    }

    [Fact]
    public async Task A_clip_of_no_samples_is_refused()
    {
        var e = await Refuse(Wav(new short[0]));
        Assert.Equal(InputFault.Unusable, e.Fault);
        Assert.Contains("no samples", e.Message);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task A_sample_that_is_not_finite_is_refused_by_its_index(float broken)
    {
        var e = await Refuse(Wav([0f, 0.5f, broken, 0.25f]));
        Assert.Equal(InputFault.Unusable, e.Fault);
        Assert.Contains("sample 2", e.Message);
    }

    [Fact]
    public async Task Nothing_at_all_is_refused() => Assert.Equal(InputFault.Unusable, (await Refuse([])).Fault);

    [Fact]
    public async Task An_unknown_format_is_refused_and_the_known_ones_are_named()
    {
        var e = await Refuse("#EXTM3U\nfile:///etc/hostname\n"u8.ToArray());
        Assert.Equal(InputFault.UnsupportedFormat, e.Fault);
        Assert.Contains("WAV, FLAC", e.Message);
    }

    [Fact]
    public async Task A_cut_off_file_is_refused()
    {
        var whole = File.ReadAllBytes(Path.Combine(Folder, "inputs", "exact_1s.wav"));
        Assert.Contains("cut off", (await Refuse(whole[..(whole.Length / 2)])).Message);
    }

    [Fact]
    public async Task More_samples_than_the_limit_are_refused_before_they_are_decoded()
    {
        var strict = new AudioPreprocessor(new ModalityOptions(new JsonObject { ["max_samples"] = 1000 }));
        var e = await Assert.ThrowsAsync<InvalidInputException>(async () => await strict.PrepareAsync(new RawInput(Wav(new short[1001])), default));
        Assert.Equal(InputFault.TooLarge, e.Fault);
    }

    [Theory]
    [InlineData(767_999, 100, InputFault.Unusable)]       // a filter of half a gigabyte
    [InlineData(1_000, 2_000_000, InputFault.TooLarge)]   // sixteen times as many samples
    [InlineData(100, 100, InputFault.Unusable)]
    public async Task A_rate_that_would_blow_up_is_refused_at_once(int rateHz, int samples, InputFault fault)
    {
        var wave = Wav(new short[samples]);
        BitConverter.GetBytes(rateHz).CopyTo(wave, 24);
        var before = GC.GetTotalAllocatedBytes();
        Assert.Equal(fault, (await Refuse(wave)).Fault);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50L << 20);
    }

    [Fact]
    public async Task Chunks_after_an_empty_sound_are_not_sound()
    {
        byte[] wave = [.. Wav(new short[0]), .. "LIST"u8, 4, 0, 0, 0, .. "INFO"u8];
        Assert.Contains("no samples", (await Refuse(wave)).Message);
    }

    [Fact]
    public async Task Silence_is_allowed_and_stays_silence()
    {
        var (waveform, _) = Read(await _preprocessor.PrepareAsync(new RawInput(Wav(new short[20_000])), default));
        Assert.All(waveform, sample => Assert.Equal(0, sample));
    }

    [Fact]
    public async Task Two_thousand_damaged_files_are_decoded_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        var original = File.ReadAllBytes(Path.Combine(Folder, "inputs", "short_0_3s.wav"));
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var damaged = (byte[])original.Clone();
            for (var hits = random.Next(1, 6); hits > 0; hits--) damaged[random.Next(random.Next(2) == 0 ? 44 : damaged.Length)] = (byte)random.Next(256);
            try
            {
                await _preprocessor.PrepareAsync(new RawInput(damaged.AsMemory(0, random.Next(damaged.Length / 2, damaged.Length + 1))), default);
            }
            catch (InvalidInputException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 2000);
    }

    private static byte[] Wav(short[] samples) => Wav(1, 16, MemoryMarshal.AsBytes(samples.AsSpan()));

    private static byte[] Wav(float[] samples) => Wav(3, 32, MemoryMarshal.AsBytes(samples.AsSpan()));

    private static byte[] Wav(short kind, short bits, ReadOnlySpan<byte> data)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write(kind);
        writer.Write((short)1);
        writer.Write(16_000);
        writer.Write(16_000 * bits / 8);
        writer.Write((short)(bits / 8));
        writer.Write(bits);
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        writer.Flush();
        return stream.ToArray();
    }

    private async Task<InvalidInputException> Refuse(byte[] bytes) =>
        await Assert.ThrowsAsync<InvalidInputException>(async () => await _preprocessor.PrepareAsync(new RawInput(bytes), default));

    private async Task<(float[] Waveform, bool[] Mask)> Prepare(string file) =>
        Read(await _preprocessor.PrepareAsync(new RawInput(File.ReadAllBytes(Path.Combine(Folder, "inputs", file))), default));

    private static (float[] Waveform, bool[] Mask) Read(PreparedInput input) =>
        (MemoryMarshal.Cast<byte, float>(input.Fields[0].Value.Bytes.Span).ToArray(), MemoryMarshal.Cast<byte, bool>(input.Fields[1].Value.Bytes.Span).ToArray());

    /// <summary>What the reference holds of a clip: all, or the head, the tail and every 97th sample.</summary>
    private static float[] Stored(string file)
    {
        using var reference = new SafetensorsFile(Path.Combine(Folder, "audio.safetensors"));
        string[] names = reference.Weights.ContainsKey("feats." + file) ? ["feats."] : ["feats_head.", "feats_tail.", "feats_strided97."];
        return [.. names.SelectMany(name =>
        {
            using var tensor = reference.Read(name + file);
            return tensor.data<float>().ToArray();
        })];
    }

    private static float[] Excerpts(float[] waveform) =>
        [.. waveform[..4000], .. waveform[^4000..], .. waveform.Where((_, i) => i % 97 == 0)];

    private static double LargestDifference(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
