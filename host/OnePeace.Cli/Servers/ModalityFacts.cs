using System.Text.Json.Nodes;
using OnePeace.Client;

namespace OnePeace.Cli.Servers;

/// <summary>Modalities as <c>--json</c> prints them: with the names that HTTP has.</summary>
internal static class ModalityFacts
{
    public static JsonObject List(IEnumerable<JsonNode> facts) => new() { ["data"] = new JsonArray([.. facts]) };

    public static JsonObject Of(ModalityInfo modality)
    {
        var facts = new JsonObject
        {
            ["id"] = modality.Id,
            ["version"] = modality.Version,
            ["state"] = modality.State,
            ["hash"] = modality.Hash,
            ["media_types"] = new JsonArray([.. modality.MediaTypes.Select(type => JsonValue.Create(type))]),
            ["encoding"] = modality.Encoding,
            ["source"] = modality.Source,
        };
        if (modality.Reason is { } reason) facts["reason"] = reason;
        if (modality.Versions is { } versions) facts["versions"] = new JsonArray([.. versions.Select(Of)]);
        return facts;
    }

    public static JsonObject Of(ModalityEventInfo happened) => new()
    {
        ["id"] = happened.Id,
        ["created"] = happened.Created,
        ["modality"] = happened.Modality,
        ["version"] = happened.Version,
        ["what"] = happened.What,
        ["detail"] = happened.Detail,
    };

    private static JsonObject Of(ModalityVersionInfo version)
    {
        var facts = new JsonObject
        {
            ["version"] = version.Version,
            ["state"] = version.State,
            ["hash"] = version.Hash,
            ["since"] = version.Since,
            ["description"] = version.Description,
            ["author"] = version.Author,
            ["licence"] = version.Licence,
            ["parameters"] = version.Parameters,
            ["bytes"] = version.Bytes,
            ["typical_tokens"] = version.TypicalTokens,
            ["max_input_bytes"] = version.MaxInputBytes,
        };
        if (version.Reason is { } reason) facts["reason"] = reason;
        return facts;
    }
}
