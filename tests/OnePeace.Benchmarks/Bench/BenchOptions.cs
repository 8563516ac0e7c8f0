using System.Globalization;

namespace OnePeace.Benchmarks.Bench;

/// <summary>What is measured, and how long.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        ./onepeace bench [OPTIONS]: how fast this machine encodes: the bare model, the engine around it, and the platform over HTTP.
        An hour or more as it stands on two processors; some ten minutes with --modalities text --dtype bfloat16, two with --size small --only bare,engine.

          --only LIST          sections, by commas: bare, gemm, engine, http, open, neighbour, mixed, alone, onnx; by default all
          --size NAME          random weights: base (width 384, 12 layers; the default) or small (width 128, 4 layers)
          --model M            weights of your own instead: a model directory or a checkpoint
          --save-model DIR     keeps the random weights there: a folder that must not exist, for --model and for an export
          --modalities LIST    by default text,image,audio, as far as the model has them
          --dtype LIST         float32,bfloat16 by default, and int8 (experts; the rest as auto); the engine and the server compute in the first
          --threads N          of torch, in every path, which computes one batch at a time; by default 1
          --seconds S          how long one measure takes, 3 by default; where answers come slowly it takes longer
          --repeats N          how often each is taken, 3 by default
          --onnx-text F        the same model's text branch as ONNX, tokens [B, L] to embeddings [B, D], to compare with
          --onnx-image F       its image branch, pixels [B, 3, S, S]
          --json F, --chart F  also writes the figures as JSON, and an SVG picture
          --check              instead of all this: a few ratios at the small size, for CI; 1 where one falls
        """;

    public static readonly IReadOnlyList<string> Sections = ["bare", "gemm", "engine", "http", "open", "neighbour", "mixed", "alone", "onnx"];
    private static readonly string[] Measured = ["text", "image", "audio"], Types = ["float32", "bfloat16", "int8"], Sizes = ["base", "small"];

    public IReadOnlyList<string> Only { get; init; } = Sections;

    public IReadOnlyList<string> Modalities { get; init; } = Measured;

    public IReadOnlyList<string> DataTypes { get; init; } = Types[..2];

    public string Size { get; init; } = "base";

    public string? Model { get; init; }

    /// <summary>Where generated weights stay; null for a folder that goes with the run.</summary>
    public string? Kept { get; init; }

    public int Threads { get; init; } = 1;

    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(3);

    public int Repeats { get; init; } = 3;

    /// <summary>By modality.</summary>
    public IReadOnlyDictionary<string, string> Onnx { get; init; } = new Dictionary<string, string>();

    public string? Json { get; init; }

    public string? Chart { get; init; }

    public bool Check { get; init; }

    /// <exception cref="FormatException">They cannot be understood.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        if (arguments.Contains("--check")) options = options with { Check = true, Size = "small", Window = TimeSpan.FromSeconds(1), Repeats = 1, Modalities = ["text", "image"] };
        var left = new Queue<string>(arguments.Where(argument => argument != "--check"));
        while (left.TryDequeue(out var name))
        {
            if (!name.StartsWith("--", StringComparison.Ordinal)) throw new FormatException($"Expected an option, got '{name}'.");
            if (!left.TryDequeue(out var value)) throw new FormatException(Usage.Contains($"  {name} ", StringComparison.Ordinal) ? $"The option {name} needs a value." : $"The option {name} is unknown.");
            options = options.With(name, value);
        }
        return options;
    }

    private BenchOptions With(string name, string value) => name switch
    {
        "--only" => this with { Only = Some(name, value, Sections) },
        "--modalities" => this with { Modalities = Some(name, value, Measured) },
        "--dtype" => this with { DataTypes = Some(name, value, Types) },
        "--size" => this with { Size = Some(name, value, Sizes)[0] },
        "--model" => this with { Model = Path.GetFullPath(value) },
        "--save-model" => this with { Kept = Path.GetFullPath(value) },
        "--threads" => this with { Threads = (int)Number(name, value, 1024) },
        "--seconds" => this with { Window = TimeSpan.FromSeconds(Number(name, value, 3600)) },
        "--repeats" => this with { Repeats = (int)Number(name, value, 1000) },
        "--onnx-text" or "--onnx-image" => this with { Onnx = new Dictionary<string, string>(Onnx) { [name[7..]] = Path.GetFullPath(value) } },
        "--json" => this with { Json = Path.GetFullPath(value) },
        "--chart" => this with { Chart = Path.GetFullPath(value) },
        _ => throw new FormatException($"The option {name} is unknown."),
    };

    private static string[] Some(string name, string value, IReadOnlyList<string> known)
    {
        var chosen = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (chosen.Length == 0 || chosen.FirstOrDefault(one => !known.Contains(one)) is not null)
            throw new FormatException($"The option {name} takes some of {string.Join(", ", known)}, but got '{value}'.");
        return [.. chosen.Distinct()];
    }

    private static double Number(string name, string value, double most) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most && (name == "--seconds" || double.IsInteger(number))
            ? number
            : throw new FormatException($"The option {name} takes a {(name == "--seconds" ? "" : "whole ")}number above 0 and up to {most}, but got '{value}'.");
}
