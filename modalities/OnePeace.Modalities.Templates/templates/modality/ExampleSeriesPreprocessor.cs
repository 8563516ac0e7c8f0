using System.Globalization;
using System.Text;
using System.Text.Unicode;
using OnePeace.Modalities;

namespace ExampleSeriesPlugin;

/// <summary>Text to numbers, and numbers to patches. Many calls run at once: keep no state between them.</summary>
/// <remarks>Options: <c>offset</c> (0) and <c>scale</c> (1). The model sees (number - offset) / scale, which is best when it stays within about ±3.</remarks>
public sealed class ExampleSeriesPreprocessor(ModalityOptions options) : IPreprocessor
{
    private const int Patch = ExampleSeriesAdaptor.NumbersPerToken, MostNumbers = Patch * (ExampleSeriesAdaptor.MostTokens - 1);
    private const double MostScaled = 10_000;   // finite in every type that a model computes in

    private readonly double _offset = options.Double("offset", 0);
    private readonly double _scale = options.Double("scale", 1) is > 0 and var scale
        ? scale
        : throw new InvalidDataException("The option 'scale' must be a number above 0.");

    public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
    {
        var numbers = Read(input.Bytes.Span, cancellation);
        var count = (numbers.Count + Patch - 1) / Patch;
        var patches = new float[count * 2 * Patch];
        for (var i = 0; i < numbers.Count; i++)
        {
            var place = (i / Patch * 2 * Patch) + (i % Patch);
            patches[place] = numbers[i];
            patches[place + Patch] = 1;   // there is a number: a last patch may be short
        }
        var tokens = count + 1;           // CLS stands in front
        return ValueTask.FromResult(new PreparedInput(
            [new InputField("patches", HostTensor.Create(patches, count, 2 * Patch)), ExampleSeriesAdaptor.PaddingMask(tokens)], tokens));
    }

    /// <summary>Scaled numbers; they stand one a line or several, and <c>#</c> starts a comment.</summary>
    /// <exception cref="InvalidInputException">What was expected, what came, what to do: the sender reads it.</exception>
    private List<float> Read(ReadOnlySpan<byte> bytes, CancellationToken cancellation)
    {
        if (!Utf8.IsValid(bytes)) throw new InvalidInputException(InputFault.Malformed, "The series must be text in UTF-8, but is not: send numbers as text.");
        var lines = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split('\n');
        var numbers = new List<float>();
        for (var line = 0; line < lines.Length; line++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var cell in lines[line].Split('#')[0].Split([',', ';', ' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
                numbers.Add(Scaled(cell, line + 1));
            if (numbers.Count > MostNumbers)
                throw new InvalidInputException(InputFault.TooLarge, $"The series must have at most {MostNumbers:N0} numbers, but has more: cut it.");
        }
        return numbers.Count > 0 ? numbers : throw new InvalidInputException(InputFault.Unusable, "The series must have at least one number, but has none: send some.");
    }

    private float Scaled(string cell, int line)
    {
        var scaled = double.TryParse(cell, CultureInfo.InvariantCulture, out var number) ? (number - _offset) / _scale : double.NaN;
        return Math.Abs(scaled) <= MostScaled
            ? (float)scaled
            : throw new InvalidInputException(InputFault.Unusable,
                FormattableString.Invariant($"Line {line} must hold numbers within {_offset} ± {MostScaled * _scale}, but holds '{cell[..Math.Min(20, cell.Length)]}': correct it."));
    }
}
