using System.Buffers.Binary;

namespace OnePeace.Scenes.Motions;

/// <summary>64 rows of what a moved sensor feels: m/s² along three axes, rad/s around them. Shape is waveform, colour is frequency, size is strength, position is axis.</summary>
internal sealed class MotionMedium : ISceneMedium
{
    public const int Rows = 64, Axes = 6;
    private const double Gravity = 9.81, AccelerationNoise = 0.2, RotationNoise = 0.04;

    /// <summary>A sensor's steps. They leave the lowest byte of each float zero, which no text holds: readers that tell text from numbers are never wrong.</summary>
    private const double Step = 1.0 / 1024, Most = 60;

    /// <summary>How strong each of three harmonics is, by shape: along the axes, and around them.</summary>
    private static readonly (double[] Along, double[] Around)[] Waveforms =
    [
        ([1, 0, 0], [1, 0, 0]),
        ([0.7, 0, 1], [0.7, 0, 1]),
        ([0.7, 1, 0], [0.7, 1, 0]),
        ([0.7, 0, 1], [0.7, 1, 0]),
        ([0.7, 1, 0], [0.7, 0, 1]),
        ([0.8, 0.8, 0.8], [1, 0, 0]),
    ];

    /// <summary>By colour: periods in the 64 rows. Three times the most is under half of them.</summary>
    private static readonly double[] Periods = [2, 3, 4.25, 5.75, 7.5, 9.75];
    private static readonly double[] Acceleration = [1.5, 3.5, 8], Rotation = [0.3, 0.7, 1.6];

    /// <summary>How much each axis moves, by position.</summary>
    private static readonly double[][] Gains = [[1, 0.15, 0.15], [0.15, 1, 0.15], [0.15, 0.15, 1], [0.6, 0.6, 0.6]];

    public string Modality => "imu";

    public string Extension => ".f32";

    public Factor? PrivateFactor => null;

    public IReadOnlyList<string> Templates { get; } =
    [
        "the sensor feels a [{size} ][{colour} ][{shape}|thing][ at the {position}]",
        "a movement like a [{size} ][{colour} ][{shape}|object][ towards the {position}]",
        "the wrist traces a [{colour} ][{shape}|path][ that is {size}][, heading {position}]",
        "the device shakes like a [{colour} ][{size} ][{shape}|thing][ in the {position}]",
        "[to the {position} ]moves a [{size} ][{colour} ][{shape}|body]",
        "motion of a [{size} ][{shape}|thing][ of {colour} colour][, going {position}]",
        "swinging[ to the {position}], a [{colour} ][{shape}|weight][, {size} to the hand]",
        "we carry a [{size} ][{colour} ][{shape}|load][ over to the {position}]",
        "a [{shape}|gesture] is felt[, {size}][ and {colour}][, on the {position} side]",
        "the tracker sways as a [{colour} ][{shape}|thing][, a {size} one][, drifts {position}]",
    ];

    public byte[] Draw(SceneFactors scene, int? privateValue, SceneRandom random)
    {
        var rate = Math.Tau * Periods[scene.Colour] * random.Between(0.98, 1.02) / Rows;
        double strength = random.Between(0.88, 1.12), phase = random.Between(0, Math.Tau);
        var (along, around) = Waveforms[scene.Shape];
        double[] rest = [random.Between(-0.6, 0.6), random.Between(-0.6, 0.6), Gravity, 0, 0, 0];   // a slight tilt
        var file = new byte[4 * Axes * Rows];
        for (var axis = 0; axis < Axes; axis++)
        {
            var isAlong = axis < 3;
            var scale = strength * Gains[scene.Position][axis % 3] * random.Between(0.92, 1.08) * (isAlong ? Acceleration : Rotation)[scene.Size];
            for (var row = 0; row < Rows; row++)
            {
                var value = rest[axis] + (scale * Wave(isAlong ? along : around, (rate * row) + phase)) + ((isAlong ? AccelerationNoise : RotationNoise) * random.Normal());
                Put(file.AsSpan(4 * ((Axes * row) + axis)), value);
            }
        }
        return file;
    }

    private static double Wave(double[] harmonics, double angle)
    {
        double sum = 0, power = 0;
        for (var i = 0; i < harmonics.Length; i++)
        {
            sum += harmonics[i] * Math.Sin((i + 1) * angle);
            power += harmonics[i] * harmonics[i];
        }
        return sum / Math.Sqrt(power);
    }

    private static void Put(Span<byte> place, double value) =>
        BinaryPrimitives.WriteSingleLittleEndian(place, (float)(Math.Round(Math.Clamp(value, -Most, Most) / Step) * Step));
}
