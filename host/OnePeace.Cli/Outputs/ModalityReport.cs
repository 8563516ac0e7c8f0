using System.Globalization;
using OnePeace.Client;

namespace OnePeace.Cli.Outputs;

/// <summary>Modalities of a server, for people.</summary>
internal static class ModalityReport
{
    private const int ShortHash = 12;

    /// <summary>What became of a modality, in one line.</summary>
    /// <param name="modality">As the server has it now.</param>
    /// <param name="version">The version that the command was about.</param>
    public static void Print(ModalityInfo modality, string version)
    {
        var found = modality.Versions?.FirstOrDefault(v => v.Version == version);
        Console.Out.WriteLine(found is null
            ? $"{modality.Id} {version} is {modality.State}"
            : $"{modality.Id} {version} is {found.State}: takes {string.Join(", ", modality.MediaTypes)}; {found.Parameters.ToString("N0", CultureInfo.InvariantCulture)} parameters, "
              + $"{found.TypicalTokens} tokens an input as a rule, hash {Short(found.Hash)}");
    }

    /// <summary>A row for every version.</summary>
    public static void Print(IReadOnlyList<ModalityInfo> modalities) => Listing.Print(
        ["Name", "Version", "State", "Source", "Takes", "Hash", "Reason"],
        [.. modalities.SelectMany(Rows)]);

    public static void Print(IReadOnlyList<ModalityEventInfo> events) => Listing.Print(
        ["Number", "Time", "Name", "Version", "What", "Detail"],
        [.. events.Select(e => new[] { $"{e.Id}", Time(e.Created), e.Modality, e.Version, e.What, e.Detail ?? "" })]);

    private static IEnumerable<string[]> Rows(ModalityInfo modality) => modality.Versions is { } versions
        ? versions.Select(v => Row(modality, v.Version, v.State, v.Hash, v.Reason))
        : [Row(modality, modality.Version.Split('+')[0], modality.State, modality.Hash, modality.Reason)];

    private static string[] Row(ModalityInfo modality, string version, string state, string hash, string? reason) =>
        [modality.Id, version, state, modality.Source, hash == modality.Hash ? string.Join(", ", modality.MediaTypes) : "", Short(hash), reason ?? ""];

    private static string Short(string hash) => hash[(hash.IndexOf(':') + 1)..] is { Length: > ShortHash } digits ? digits[..ShortHash] : hash;

    private static string Time(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(unixSeconds).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
