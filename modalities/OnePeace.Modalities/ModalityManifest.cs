using System.Text.Json.Nodes;

namespace OnePeace.Modalities;

/// <summary>What a modality package says of itself: <c>manifest.json</c>, written by <c>onepeace modality pack</c>.</summary>
public sealed record ModalityManifest
{
    public const int CurrentFormat = 1;

    /// <summary>Version of this format; readers refuse others.</summary>
    public required int Format { get; init; }

    /// <summary>The name users write: lower-case letters, digits and <c>_</c>, starting with a letter.</summary>
    public required string Name { get; init; }

    /// <summary><c>MAJOR.MINOR.PATCH</c>, with an optional <c>-suffix</c>.</summary>
    public required string Version { get; init; }

    public string Description { get; set; } = "";

    public string Author { get; set; } = "";

    /// <summary>SPDX expression, such as <c>Apache-2.0</c>.</summary>
    public string Licence { get; set; } = "";

    /// <summary>As the plugin says (<see cref="IModality.MediaTypes"/>).</summary>
    public required IReadOnlyList<string> MediaTypes { get; init; }

    /// <summary>The plugin's assembly in the package, such as <c>plugin/Acme.Smell.dll</c>.</summary>
    public required string Assembly { get; init; }

    /// <summary>Version of the contract it was built with, <c>MAJOR.MINOR</c>: a host takes its own major.</summary>
    public required string Contract { get; init; }

    /// <summary>The core that the weights were trained around.</summary>
    public required CoreBinding Core { get; init; }

    /// <summary>Completed options (<see cref="IModality.CompleteOptions"/>).</summary>
    public required JsonObject Options { get; init; }

    /// <summary>Number of values among the weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of the weights as stored.</summary>
    public required long WeightBytes { get; init; }

    public required TokenCost Cost { get; init; }

    public InputLimits Limits { get; set; } = new();

    /// <summary>Inputs with their vectors: a version that answers them otherwise never serves. At least one.</summary>
    public required IReadOnlyList<Canary> Canaries { get; init; }

    /// <summary>Every other entry of the package by its name (the signature excepted).</summary>
    public required IReadOnlyDictionary<string, PackagedFile> Files { get; init; }
}

/// <summary>Names a core.</summary>
/// <param name="Hash">SHA-256 of the core's file, lower-case hexadecimal.</param>
/// <param name="Shape">Its architecture, in the keys of a model directory's <c>config.json</c>.</param>
public sealed record CoreBinding(string Hash, JsonObject Shape);

/// <summary>What an input costs, in tokens.</summary>
/// <param name="Typical">The mean over the canaries.</param>
/// <param name="Most">No input may become more.</param>
public sealed record TokenCost(int Typical, int Most);

/// <summary>Bounds that the host keeps for a modality, before and around its preprocessor.</summary>
public sealed record InputLimits
{
    /// <summary>Encoded bytes of one input; more is refused before anything is decoded.</summary>
    public long MaxInputBytes { get; set; } = 64L << 20;

    /// <summary>Seconds that preparing one input may take.</summary>
    public double PrepareSeconds { get; set; } = 30;
}

/// <summary>An input whose vector is known.</summary>
/// <param name="Input">Its entry in the package.</param>
/// <param name="Vector">Float32, little-endian, base64: the unit vector <c>[D]</c>, computed in float32 on the CPU.</param>
/// <param name="MinCosine">How near an answer must be: 0.9999 for the float32 that computed it; a host that computes in a narrower type takes 0.99.</param>
public sealed record Canary(string Input, string Vector, double MinCosine = 0.9999);

/// <summary>An entry of a package.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record PackagedFile(long Bytes, string Sha256);
