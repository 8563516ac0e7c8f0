using System.Globalization;
using System.Text.RegularExpressions;

namespace OnePeace.Modalities.Audio;

/// <summary>One convolution of the feature extractor.</summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">Width of the kernel, in samples of its input.</param>
/// <param name="Stride">Step, in samples of its input.</param>
public readonly record struct Convolution(int Channels, int Kernel, int Stride);

/// <summary>Reads the official <c>feature_encoder_spec</c>: Python lists of (channels, kernel, stride), repeated with <c>*</c> and joined with <c>+</c>.</summary>
public static partial class ConvolutionSpec
{
    /// <summary>The extractor of every published model.</summary>
    public const string Default = "[(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512,2,2)] + [(512,2,2)]";

    private const int MostLayers = 64;

    /// <summary>The layers in order.</summary>
    /// <exception cref="InvalidDataException">Not such an expression, no layer, a number that is not positive, or more than 64 layers.</exception>
    public static IReadOnlyList<Convolution> Parse(string spec)
    {
        if (!Whole().IsMatch(spec))
            throw Invalid(spec);
        var layers = new List<Convolution>();
        foreach (Match list in List().Matches(spec))
        {
            var layer = Layer().Matches(list.Value).Select(match => new Convolution(Number(match.Groups[1]), Number(match.Groups[2]), Number(match.Groups[3]))).ToList();
            var times = list.Groups["times"].Success ? Number(list.Groups["times"]) : 1;
            if (layers.Count + ((long)layer.Count * times) > MostLayers || layer.Any(one => one is { Channels: 0 } or { Kernel: 0 } or { Stride: 0 }))
                throw Invalid(spec);
            for (var i = 0; i < times; i++)
                layers.AddRange(layer);
        }
        return layers.Count > 0 ? layers : throw Invalid(spec);
    }

    /// <summary>How many frames the layers make of so many samples; zero where the input is too short.</summary>
    public static long Frames(IEnumerable<Convolution> layers, long samples) =>
        layers.Aggregate(samples, (length, layer) => length < layer.Kernel ? 0 : ((length - layer.Kernel) / layer.Stride) + 1);

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static InvalidDataException Invalid(string spec) => new(
        $"feature_encoder_spec must be lists of (channels, kernel, stride) with at most {MostLayers} layers, such as '{Default}', but is '{spec}'.");

    private const string LayerPattern = @"\(\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,?\s*\)";
    private const string ListPattern = @"\[\s*" + LayerPattern + @"(?:\s*,\s*" + LayerPattern + @")*\s*,?\s*\](?:\s*\*\s*(?<times>\d{1,4}))?";

    [GeneratedRegex(LayerPattern, RegexOptions.CultureInvariant)]
    private static partial Regex Layer();

    [GeneratedRegex(ListPattern, RegexOptions.CultureInvariant)]
    private static partial Regex List();

    [GeneratedRegex(@"\A\s*" + ListPattern + @"(?:\s*\+\s*" + ListPattern + @")*\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();
}
