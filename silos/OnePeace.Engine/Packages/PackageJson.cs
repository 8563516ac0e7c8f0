using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OnePeace.Modalities;

namespace OnePeace.Engine.Packages;

/// <summary>The JSON of packages and of what belongs to them; keys in snake_case, unknown and double keys refused.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, AllowDuplicateProperties = false, MaxDepth = MaxDepth,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ModalityManifest))]
[JsonSerializable(typeof(PackageSignature.Document))]
[JsonSerializable(typeof(PackagePolicy.AllowList))]
[JsonSerializable(typeof(ModalityProject.Description))]
internal sealed partial class PackageJson : JsonSerializerContext
{
    /// <summary>How long a message with text from a package may become.</summary>
    public const int MostSaid = 500;

    private const int MaxDepth = 32, MostShown = 60;

    /// <summary>For writing: for people as well, and the same bytes everywhere.</summary>
    public static PackageJson Indented => field ??= new(new JsonSerializerOptions(Default.Options)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <exception cref="InvalidDataException">It is not the JSON that is expected; the message is fit for whoever sent it.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, string what, JsonTypeInfo<T> type, Action<JsonElement>? first = null)
    {
        try
        {
            using var document = JsonDocument.Parse(json.ToArray(), new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException($"Expected a JSON object as {what}, but it is none.");
            first?.Invoke(document.RootElement);
            foreach (var key in type.Properties.Where(p => p.IsRequired).Select(p => p.Name).Where(key => !document.RootElement.TryGetProperty(key, out _)))
                throw new InvalidDataException($"Expected '{key}' in {what}, but it is missing.");
            return document.Deserialize(type)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(e.Path is { Length: > 1 } path
                ? $"'{Shown(path)}' in {what} is not as expected: unknown, missing, double or of another kind."
                : $"Expected JSON as {what}, without double keys and at most {MaxDepth} levels deep, but it is not.", e);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"Expected JSON as {what}, but it is not.", e);
        }
    }

    /// <summary>Text from a package, fit to be shown.</summary>
    public static string Shown(string text, int most = MostShown) => string.Concat((text.Length > most ? text[..most] + "..." : text).Select(c => c is >= ' ' and <= '~' ? c : '?'));
}
