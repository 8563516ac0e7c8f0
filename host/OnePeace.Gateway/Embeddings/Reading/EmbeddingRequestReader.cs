using System.Text;
using System.Text.Json;
using MessagePack;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings.Reading;

/// <summary>Reads the body of <c>POST /v1/embeddings</c>: OpenAI's parameters, and items of any modality.</summary>
internal static class EmbeddingRequestReader
{
    /// <exception cref="ApiException">Something is not as the API has it; the error names it.</exception>
    public static EmbeddingRequest Read(ReadOnlyMemory<byte> body, WireFormat format, AcceptedModalities modalities, int maxItems)
    {
        try
        {
            if (format == WireFormat.MessagePack)
            {
                var packed = new MessagePackDocumentReader(body);
                return Read(ref packed, new InputReader(modalities, maxItems));
            }
            var json = new JsonDocumentReader(body);
            return Read(ref json, new InputReader(modalities, maxItems));
        }
        catch (JsonException e)
        {
            throw new ApiException(ApiError.BadRequest(
                $"The body is not valid JSON of at most {IDocumentReader.MaxDepth} levels{Place(e)}.", code: "invalid_json"));
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(ApiError.BadRequest("The body is not valid JSON: a string is not Unicode.", code: "invalid_json"));
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            throw new ApiException(ApiError.BadRequest(
                $"The body is not valid MessagePack of at most {IDocumentReader.MaxDepth} levels.", code: "invalid_msgpack"));
        }
    }

    private static EmbeddingRequest Read<T>(ref T source, InputReader inputs)
        where T : IDocumentReader, allows ref struct
    {
        if (source.Kind != ValueKind.Map)
            throw Wrong("The body must be an object with 'input'.", null);
        var request = new EmbeddingRequest();
        var seen = new HashSet<string>();
        source.EnterMap();
        while (source.NextKey(out var key))
        {
            if (!seen.Add(key))
                throw Wrong($"'{Shown.Name(key)}' is given twice.", Shown.Name(key));
            ReadParameter(ref source, key, request, inputs);
        }
        source.ReadEnd();
        return seen.Contains("input") ? request : throw Wrong("'input' is missing: a string, or an array of strings and items.", "input");
    }

    private static void ReadParameter<T>(ref T source, string key, EmbeddingRequest request, InputReader inputs)
        where T : IDocumentReader, allows ref struct
    {
        switch (key)
        {
            case "input":
                request.Items = inputs.Read(ref source);
                break;
            case "model":
                request.Model = ReadString(ref source, key) ?? request.Model;
                break;
            case "encoding_format":
                request.Base64 = ReadString(ref source, key) switch
                {
                    null or "float" => false,
                    "base64" => true,
                    _ => throw Wrong("'encoding_format' must be 'float' or 'base64'.", key),
                };
                break;
            case "dimensions":
                request.Dimensions = ReadDimensions(ref source);
                break;
            case "user":
                ReadString(ref source, key);
                break;
            default:
                throw new ApiException(ApiError.BadRequest(
                    $"Unrecognized request argument supplied: {Shown.Name(key)}", Shown.Name(key), "unknown_parameter"));
        }
    }

    private static string? ReadString<T>(ref T source, string key)
        where T : IDocumentReader, allows ref struct
    {
        if (source.Kind == ValueKind.Text)
            return Encoding.UTF8.GetString(source.ReadText().Span);
        if (source.Kind != ValueKind.Null)
            throw Wrong($"'{key}' must be a string.", key);
        source.ReadNull();
        return null;
    }

    private static int? ReadDimensions<T>(ref T source)
        where T : IDocumentReader, allows ref struct
    {
        if (source.Kind == ValueKind.Null)
        {
            source.ReadNull();
            return null;
        }
        return source.Kind == ValueKind.Number && source.ReadInt32() is { } value ? value : throw Wrong("'dimensions' must be an integer.", "dimensions");
    }

    private static ApiException Wrong(string message, string? param) => new(ApiError.BadRequest(message, param));

    /// <summary>Where, if the parser knows: of bytes that are no UTF-8 it does not.</summary>
    private static string Place(JsonException e) =>
        e is { LineNumber: { } line, BytePositionInLine: { } position } ? $" (line {line + 1}, byte {position})" : ", or not UTF-8";
}
