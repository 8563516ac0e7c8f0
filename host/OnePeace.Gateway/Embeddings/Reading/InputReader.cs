using System.Text;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Embeddings.Reading;

/// <summary>Reads <c>input</c>: a string, an item, or an array of either. Counts inputs as it goes.</summary>
internal sealed class InputReader(AcceptedModalities modalities, int maxItems)
{
    private const string Item = "a string, or an object such as {\"NAME\": ...} with a modality's name";
    private const string Fused = "{\"content\": [{...}, {...}], \"fusion\": \"mean\" or \"joint\"}";
    private int _inputs;

    public List<InputItem> Read<T>(ref T source)
        where T : IDocumentReader, allows ref struct
    {
        if (source.Kind != ValueKind.Array)
            return [ReadElement(ref source, "input")];
        var items = new List<InputItem>();
        source.EnterArray();
        while (source.NextElement())
            items.Add(ReadElement(ref source, $"input[{items.Count}]"));
        return items.Count > 0 ? items : throw Wrong("input is an empty array: send at least one string or item.", "input", "empty_input");
    }

    private InputItem ReadElement<T>(ref T source, string path)
        where T : IDocumentReader, allows ref struct
    {
        switch (source.Kind)
        {
            case ValueKind.Text:
                var name = modalities.ForStrings ?? throw Wrong($"{path} is a string, but no attached modality reads plain text.", path, "unknown_modality");
                Count();
                return new InputItem(Single(new RequestPart(name, source.ReadText())), path);
            case ValueKind.Map:
                return ReadItem(ref source, path);
            case ValueKind.Number or ValueKind.Array:
                throw Wrong($"{path} holds numbers or an inner list: token ids are not taken here. Send each text itself, or an object such as {{\"NAME\": ...}} with a modality's name.", path, "token_ids_unsupported");
            default:
                throw Wrong($"{path} must be {Item}{(path == "input" ? ", or an array of these" : "")}, but is {Came(source.Kind)}.", path);
        }
    }

    private InputItem ReadItem<T>(ref T source, string path)
        where T : IDocumentReader, allows ref struct
    {
        List<RequestPart>? parts = null;
        PartFusion? fusion = null;
        var given = 0;
        var itemPath = path;
        source.EnterMap();
        while (source.NextKey(out var key))
        {
            if (key == "fusion")
            {
                fusion = ReadFusion(ref source, path);
                continue;
            }
            if (++given > 1)
                throw Wrong($"{path} holds more than one input. For one vector of several inputs send {Fused}.", path);
            parts = key == "content" ? ReadContent(ref source, path) : [ReadPart(ref source, key, path)];
            itemPath = key == "content" ? path : $"{path}.{key}";
        }
        if (parts is null)
            throw Wrong($"{path} holds no input: send {{\"NAME\": ...}} with one of {modalities.Names}.", path);
        return new InputItem(new RequestItem(parts, fusion ?? PartFusion.Mean), itemPath);
    }

    private List<RequestPart> ReadContent<T>(ref T source, string path)
        where T : IDocumentReader, allows ref struct
    {
        if (source.Kind != ValueKind.Array)
            throw Wrong($"{path}.content must be an array of inputs, but is {Came(source.Kind)}.", $"{path}.content");
        var parts = new List<RequestPart>();
        source.EnterArray();
        while (source.NextElement())
        {
            var partPath = $"{path}.content[{parts.Count}]";
            if (source.Kind != ValueKind.Map)
                throw Wrong($"{partPath} must be an object such as {{\"NAME\": ...}}, but is {Came(source.Kind)}.", partPath);
            source.EnterMap();
            if (!source.NextKey(out var key))
                throw Wrong($"{partPath} holds no input.", partPath);
            parts.Add(ReadPart(ref source, key, partPath));
            if (source.NextKey(out _))
                throw Wrong($"{partPath} holds more than one input: give each its own object.", partPath);
        }
        return parts.Count > 0 ? parts : throw Wrong($"{path}.content is an empty array: send at least one input.", $"{path}.content", "empty_input");
    }

    private RequestPart ReadPart<T>(ref T source, string name, string path)
        where T : IDocumentReader, allows ref struct
    {
        Count();
        var modality = modalities.Find(name)
            ?? throw Wrong($"{path}: there is no modality '{Shown.Name(name)}'; attached are {modalities.Names}.", $"{path}.{Shown.Name(name)}", "unknown_modality");
        var partPath = $"{path}.{name}";
        var isText = AcceptedModalities.TakesText(modality.MediaTypes);
        switch (source.Kind)
        {
            case ValueKind.Bytes:
                return new RequestPart(name, source.ReadBytes());
            case ValueKind.Text when isText:
                return new RequestPart(name, source.ReadText());
            case ValueKind.Text:
                var (bytes, mediaType) = MediaText.Decode(source.ReadText().Span, partPath);
                return new RequestPart(name, bytes, mediaType);
            default:
                throw Wrong($"{partPath} must be a string{(isText ? "" : " of base64")}, but is {Came(source.Kind)}.", partPath);
        }
    }

    private static PartFusion ReadFusion<T>(ref T source, string path)
        where T : IDocumentReader, allows ref struct
    {
        var name = source.Kind == ValueKind.Text ? Encoding.UTF8.GetString(source.ReadText().Span) : null;
        return name switch
        {
            "mean" => PartFusion.Mean,
            "joint" => PartFusion.Joint,
            _ => throw Wrong($"{path}.fusion must be 'mean' or 'joint'.", $"{path}.fusion"),
        };
    }

    private void Count()
    {
        if (++_inputs > maxItems)
            throw Wrong($"'input' holds more than {maxItems} inputs; split the request.", "input", "too_many_inputs");
    }

    /// <summary>What a message calls a value that should not be there.</summary>
    private static string Came(ValueKind kind) => kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Boolean => "a boolean",
        ValueKind.Number => "a number",
        ValueKind.Text => "a string",
        ValueKind.Bytes => "bytes",
        ValueKind.Array => "an array",
        _ => "an object",
    };

    private static RequestItem Single(RequestPart part) => new([part]);

    private static ApiException Wrong(string message, string param, string code = "invalid_request") =>
        new(ApiError.BadRequest(message, param, code));
}
