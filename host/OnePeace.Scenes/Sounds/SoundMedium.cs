namespace OnePeace.Scenes.Sounds;

/// <summary>Half a second of sound. Shape is timbre, colour is pitch, size is how slowly it beats, position is how the pitch glides. Loudness says nothing.</summary>
internal sealed class SoundMedium : ISceneMedium
{
    public const int RateHz = 16_000, Samples = RateHz / 2;
    private const double EchoGain = 0.6, NoiseShare = 0.03;

    /// <summary>How strong each of five harmonics is, by shape.</summary>
    private static readonly double[][] Harmonics = [[1, 0, 0, 0, 0], [0.7, 1, 0, 0, 0], [0.7, 0, 1, 0, 0], [0.7, 0, 0, 1, 0], [0.7, 0, 0, 0, 1], [1, 0.8, 0.8, 0.8, 0.8]];

    /// <summary>By colour. Neighbours stay apart over a whole glide, and the fifth harmonic of the highest under half the rate.</summary>
    private static readonly double[] PitchHz = [140, 217, 336, 521, 808, 1252];
    private static readonly double[] BeatHz = [16, 8, 4];

    /// <summary>Pitch from -1 (a sixth lower) to 1 (a sixth higher) over time from 0 to 1, by position.</summary>
    private static readonly Func<double, double>[] Glides = [time => (2 * time) - 1, time => 1 - (2 * time), time => 1 - Math.Abs((4 * time) - 2), _ => 0];
    private const double Glide = 1.18;

    private static readonly double[] EchoSeconds = [0, 0.05, 0.11];

    public string Modality => "audio";

    public string Extension => ".wav";

    public Factor? PrivateFactor { get; } = new("echo", [new("dry"), new("near"), new("far")]);

    public IReadOnlyList<string> Templates { get; } =
    [
        "you hear a [{size} ][{colour} ][{shape}|thing][ from the {position}]",
        "the sound of a [{size} ][{colour} ][{shape}|something][ on the {position}]",
        "a recording of a [{colour} ][{size} ][{shape}|noise][, coming from the {position}]",
        "[from the {position} ]comes the noise of a [{size} ][{colour} ][{shape}|source]",
        "listen: a [{colour} ][{shape}|tone][ that is {size}][, somewhere {position}]",
        "a [{shape}|thing] is ringing out[, {size}][ and {colour}][, to the {position}]",
        "a tone like a [{size} ][{shape}|body][ of {colour} colour][ in the {position}]",
        "this clip sounds like a [{colour} ][{shape}|thing][, a {size} one][, at the {position}]",
        "beeping[ in the {position}] is a [{size} ][{colour} ][{shape}|voice]",
        "somebody plays a [{colour} ][{shape}|note][ of {size} size][ over the {position} speaker]",
    ];

    public byte[] Draw(SceneFactors scene, int? privateValue, SceneRandom random)
    {
        // A tail of silence makes room for what an echo adds.
        var tone = Tone(scene, privateValue is null ? Samples : Samples * 3 / 4, random);
        if (privateValue is { } echo and > 0) AddEcho(tone, (int)(EchoSeconds[echo] * random.Between(0.95, 1.05) * RateHz));
        var scale = random.Between(0.3, 0.85) / tone.Max(Math.Abs);
        return WaveFile.Encode(Array.ConvertAll(tone, value => scale * (value + (NoiseShare * random.Normal()))), RateHz);
    }

    private static double[] Tone(SceneFactors scene, int length, SceneRandom random)
    {
        var strengths = Array.ConvertAll(Harmonics[scene.Shape], strength => strength * random.Between(0.85, 1.15));
        var phases = Array.ConvertAll(strengths, _ => random.Between(0, Math.Tau));
        var loudness = Math.Sqrt(strengths.Sum(strength => strength * strength));
        double pitchHz = PitchHz[scene.Colour] * random.Between(0.985, 1.015), beatHz = BeatHz[scene.Size] * random.Between(0.95, 1.05);
        double beatPhase = random.Between(0, Math.Tau), depth = random.Between(0.75, 0.9), turn = 0;
        var samples = new double[Samples];
        for (var i = 0; i < length; i++)
        {
            turn += Math.Tau / RateHz * pitchHz * Math.Pow(Glide, Glides[scene.Position]((double)i / length));
            var beat = 1 - (depth * 0.5 * (1 + Math.Cos((Math.Tau * beatHz * i / RateHz) + beatPhase)));
            for (var harmonic = 0; harmonic < strengths.Length; harmonic++)
                samples[i] += beat * strengths[harmonic] / loudness * Math.Sin(((harmonic + 1) * turn) + phases[harmonic]);
        }
        return samples;
    }

    private static void AddEcho(double[] samples, int delay)
    {
        for (var i = samples.Length - 1; i >= delay; i--) samples[i] += EchoGain * samples[i - delay];
    }
}
