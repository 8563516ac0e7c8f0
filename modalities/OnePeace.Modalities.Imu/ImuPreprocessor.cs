namespace OnePeace.Modalities.Imu;

/// <summary>Recordings to evenly spaced samples. They are scaled, but never normalised by clip: where gravity pulls is half of what they say.</summary>
/// <remarks>
/// Options: <c>sample_rate_hz</c> (50), <c>max_seconds</c> (20; what comes later, or after 4,096 samples, does not count),
/// <c>acceleration_scale</c> (9.81 m/s²), <c>rotation_scale</c> (1 rad/s), <c>max_bytes</c> (4 MiB).
/// </remarks>
public sealed class ImuPreprocessor(ModalityOptions options) : IPreprocessor
{
    private const int Patch = ImuAdaptor.SamplesPerToken;

    private readonly double _rateHz = Positive(options, "sample_rate_hz", 50);
    private readonly double _maxSeconds = Positive(options, "max_seconds", 20);
    private readonly double _maxBytes = Positive(options, "max_bytes", 4 << 20);
    private readonly float _acceleration = (float)Positive(options, "acceleration_scale", 9.81);
    private readonly float _rotation = (float)Positive(options, "rotation_scale", 1);

    public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (input.Bytes.Length > _maxBytes)
            throw new InvalidInputException(InputFault.TooLarge, $"The recording has {input.Bytes.Length:N0} bytes, at most {_maxBytes:N0} are read: cut it.");
        var samples = Resample(ImuReader.Read(input));                                       // [T, 6]
        var tokens = (samples.Length / (6 * Patch)) + 1;
        var field = new InputField("samples", HostTensor.Create(samples, samples.Length / 6, 6));
        return ValueTask.FromResult(new PreparedInput([field, LineAdaptor.PaddingMask(tokens)], tokens));
    }

    /// <summary>Scaled samples at an even rate, in whole patches: on straight lines between rows with time stamps, else the rows as they are.</summary>
    private float[] Resample(IReadOnlyList<ImuRow> rows)
    {
        var times = rows.Select((row, i) => row.Time ?? i).ToArray();
        var rate = rows[0].Time is null ? 1 : _rateHz * Unit(times);
        var most = Math.Clamp(_maxSeconds * _rateHz, 1, Patch * (ImuAdaptor.MostTokens - 1));
        var count = (int)Math.Min(most, Math.Floor(((times[^1] - times[0]) * rate) + 1e-6) + 1);
        var samples = new float[6 * Patch * ((count + Patch - 1) / Patch)];
        for (int i = 0, row = 0; i < count; i++)
        {
            var time = Math.Min(times[0] + (i / rate), times[^1]);
            while (times[row + 1] < time) row++;
            var share = (float)((time - times[row]) / (times[row + 1] - times[row]));
            for (var axis = 0; axis < 6; axis++)
                samples[(6 * i) + axis] = float.Lerp(rows[row].Values[axis], rows[row + 1].Values[axis], share) / (axis < 3 ? _acceleration : _rotation);
        }
        return samples;
    }

    /// <summary>Seconds, or thousandths, millionths, billionths of them: sensors measure 1 to 1,000 times a second, so the median step tells.</summary>
    private static double Unit(double[] times) => times.Zip(times.Skip(1), (a, b) => b - a).Order().ElementAt((times.Length - 1) / 2)
        switch { < 1 => 1, < 1e3 => 1e-3, < 1e6 => 1e-6, _ => 1e-9 };

    private static double Positive(ModalityOptions options, string key, double fallback) =>
        options.Double(key, fallback) is >= 1e-3 and var value ? value : throw new InvalidDataException($"Imu option '{key}' must be at least 0.001.");
}
