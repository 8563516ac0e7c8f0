using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using OnePeace.Engine.Hosting;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine.Packages;

/// <summary>What every manifest must hold to, told from the manifest alone.</summary>
internal static partial class ManifestRules
{
    private const int MaxText = 4096, MaxMediaTypes = 64, MaxCanaries = 256, MaxTokens = 1 << 20;
    private const long MaxInputBytes = 1L << 30;
    private const double MaxPrepareSeconds = 3600, MinMinCosine = 0.9, UnitTolerance = 1e-3;

    /// <summary>Of the contract that this host offers, <c>MAJOR.MINOR</c>.</summary>
    public static string Contract { get; } = typeof(IModality).Assembly.GetName().Version!.ToString(2);

    /// <summary>Checks the format's number before anything else of a manifest is read.</summary>
    /// <exception cref="InvalidDataException">It is of another format.</exception>
    public static ModalityManifest Read(ReadOnlySpan<byte> json) => PackageJson.Read(json, "the manifest", PackageJson.Default.ModalityManifest, root =>
    {
        if (root.TryGetProperty("format", out var format) && !(format.TryGetInt32(out var number) && number == ModalityManifest.CurrentFormat))
            throw new InvalidDataException($"Expected a package of format {ModalityManifest.CurrentFormat}, but got '{PackageJson.Shown(format.GetRawText())}': pack it again with this version.");
    });

    /// <exception cref="PackageRefusedException">It was made for another contract.</exception>
    /// <exception cref="InvalidDataException">A field is out of bounds.</exception>
    public static void Check(ModalityManifest manifest)
    {
        Expect(IsName(manifest.Name), NameRule, manifest.Name);
        Expect(IsVersion(manifest.Version), "a version MAJOR.MINOR.PATCH", manifest.Version);
        Expect(new[] { manifest.Description, manifest.Author, manifest.Licence }.All(text => text.Length <= MaxText), $"texts of at most {MaxText} characters");
        Expect(AreMediaTypes(manifest.MediaTypes), "1 to 64 media types such as text/csv", string.Join(", ", manifest.MediaTypes));
        CheckContract(manifest.Contract);
        Expect(Sha256().IsMatch(manifest.Core.Hash), "a SHA-256 as the core's hash", manifest.Core.Hash);
        Expect(manifest.Parameters > 0 && manifest.WeightBytes > 0, "positive numbers of parameters and weight bytes");
        Expect(manifest.Cost.Typical >= 1 && manifest.Cost.Most >= manifest.Cost.Typical && manifest.Cost.Most <= MaxTokens, $"costs of 1 to {MaxTokens} tokens, the typical one at most the most");
        Expect(manifest.Limits.MaxInputBytes is >= 1 and <= MaxInputBytes, $"a limit of 1 to {MaxInputBytes} input bytes", manifest.Limits.MaxInputBytes.ToString(CultureInfo.InvariantCulture));
        Expect(manifest.Limits.PrepareSeconds is > 0 and <= MaxPrepareSeconds, $"more than 0 and at most {MaxPrepareSeconds} seconds to prepare an input");
        CheckFiles(manifest);
        CheckCanaries(manifest, Shape(manifest).Width);
    }

    /// <summary>The architecture of the manifest's core.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static CoreShape Shape(ModalityManifest manifest)
    {
        try
        {
            return CoreShapes.Read(manifest.Core.Shape);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException("Expected the architecture of a core under 'core.shape' in the manifest, but it is none.", e);
        }
    }

    /// <summary>A canary's vector.</summary>
    public static float[] Vector(Canary canary) => MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(canary.Vector)).ToArray();

    /// <summary>What <see cref="IsName"/> expects.</summary>
    public const string NameRule = "a name of lower-case letters, digits and '_' that starts with a letter, and neither 'content' nor 'fusion', which requests use otherwise";

    public static bool IsName(string name) => Name().IsMatch(name) && name is not ("content" or "fusion");

    public static bool IsVersion(string version) => Version().IsMatch(version);

    public static bool AreMediaTypes(IReadOnlyList<string> types) => types.Count is > 0 and <= MaxMediaTypes && types.All(type => type is not null && MediaType().IsMatch(type));

    private static void CheckContract(string contract)
    {
        Expect(ContractVersion().IsMatch(contract), "a contract MAJOR.MINOR", contract);
        if (contract.Split('.')[0] != Contract.Split('.')[0])
            throw new PackageRefusedException(PackageFault.WrongCore, $"The package was built with contract {contract}, but this host has {Contract}: build it against a version {Contract.Split('.')[0]} of the contract.");
    }

    private static void CheckFiles(ModalityManifest manifest)
    {
        EntryNames.Check(manifest.Files.Keys);
        foreach (var (name, file) in manifest.Files)
        {
            Expect(EntryNames.IsListed(name), "neither the manifest nor the signature among the files", name);
            Expect(file is { Bytes: >= 0, Sha256: not null } && Sha256().IsMatch(file.Sha256), "size and SHA-256 of every file", name);
        }
        Expect(manifest.Files.ContainsKey(EntryNames.Weights), $"the entry {EntryNames.Weights}");
        Expect(AssemblyName().IsMatch(manifest.Assembly) && manifest.Files.ContainsKey(manifest.Assembly), "the plugin's assembly among the files, as plugin/NAME.dll", manifest.Assembly);
    }

    private static void CheckCanaries(ModalityManifest manifest, int width)
    {
        Expect(manifest.Canaries.Count is > 0 and <= MaxCanaries && manifest.Canaries.All(c => c is not null), $"1 to {MaxCanaries} canaries", $"{manifest.Canaries.Count}");
        foreach (var canary in manifest.Canaries)
        {
            Expect(canary.Input.StartsWith(EntryNames.Canaries, StringComparison.Ordinal) && manifest.Files.GetValueOrDefault(canary.Input)?.Bytes <= manifest.Limits.MaxInputBytes,
                "the input of every canary among the files, within the limit of input bytes", canary.Input);
            Expect(canary.MinCosine is >= MinMinCosine and <= 1, $"a smallest cosine of {MinMinCosine} to 1 for every canary", canary.Input);
            Expect(IsUnitVector(canary, width), $"a finite float32 vector of length 1 with {width} values in base64 for every canary", canary.Input);
        }
    }

    private static bool IsUnitVector(Canary canary, int width)
    {
        var bytes = new byte[width * sizeof(float)];
        if (!Convert.TryFromBase64String(canary.Vector, bytes, out var count) || count != bytes.Length) return false;
        var length = Math.Sqrt(MemoryMarshal.Cast<byte, float>(bytes).ToArray().Sum(x => (double)x * x));
        return Math.Abs(length - 1) <= UnitTolerance;   // false for what is not finite, too
    }

    private static void Expect(bool holds, string what, string? got = null)
    {
        if (!holds) throw new InvalidDataException($"Expected {what} in the manifest{(got is null ? "" : $", but got '{PackageJson.Shown(got)}'")}.");
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){2}(-[0-9A-Za-z.-]{1,64})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Version();

    [GeneratedRegex(@"\A[0-9]{1,6}\.[0-9]{1,6}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ContractVersion();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9*][a-z0-9!#$&^_.+-]{0,126}\z", RegexOptions.CultureInvariant)]
    private static partial Regex MediaType();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256();

    [GeneratedRegex(@"\Aplugin/[^/]+\.dll\z", RegexOptions.CultureInvariant)]
    private static partial Regex AssemblyName();
}
