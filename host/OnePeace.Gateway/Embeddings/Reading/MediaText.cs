using System.Buffers;
using System.Buffers.Text;
using System.Text;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings.Reading;

/// <summary>Media written as text: base64, or a data URI around it.</summary>
internal static class MediaText
{
    private const string Expected = "Send the file's bytes as base64, or as a data URI (data:TYPE;base64,...).";

    /// <exception cref="ApiException">The text is neither.</exception>
    public static (ReadOnlyMemory<byte> Bytes, string? MediaType) Decode(ReadOnlySpan<byte> text, string path)
    {
        if (StartsWith(text, "http://"u8) || StartsWith(text, "https://"u8))
            throw new ApiException(ApiError.BadRequest($"{path} is an address; this server fetches nothing. {Expected}", path, "remote_input"));
        if (!StartsWith(text, "data:"u8))
            return (Base64Bytes(text, path), null);
        var comma = text.IndexOf((byte)',');
        var header = comma < 0 ? [] : text["data:"u8.Length..comma];
        if (!header.EndsWith(";base64"u8))
            throw NotBase64(path, "is a data URI without ';base64,'");
        return (Base64Bytes(text[(comma + 1)..], path), MediaType(header[..^";base64"u8.Length], path));
    }

    private static byte[] Base64Bytes(ReadOnlySpan<byte> text, string path)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var status = Base64.DecodeFromUtf8(text, bytes, out _, out var written);
        if (status != OperationStatus.Done)
            throw NotBase64(path, "is not base64");
        return written == bytes.Length ? bytes : bytes[..written];
    }

    /// <summary>The type without its parameters; null where the URI gives none.</summary>
    private static string? MediaType(ReadOnlySpan<byte> header, string path)
    {
        var semicolon = header.IndexOf((byte)';');
        var type = Encoding.ASCII.GetString(semicolon < 0 ? header : header[..semicolon]).Trim().ToLowerInvariant();
        if (type.Length == 0)
            return null;
        return type.Length <= 127 && type.All(c => char.IsAsciiLetterOrDigit(c) || "/+-._".Contains(c))
            ? type
            : throw NotBase64(path, "is a data URI with an unreadable type");
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);

    private static ApiException NotBase64(string path, string what) =>
        new(ApiError.BadRequest($"{path} {what}. {Expected}", path, "invalid_base64"));
}
