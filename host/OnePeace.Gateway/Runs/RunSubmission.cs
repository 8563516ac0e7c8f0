using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Runs;
using OnePeace.Gateway.Embeddings;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Runs;

/// <summary>Reads what <c>POST /v1/runs</c> sends.</summary>
internal sealed class RunSubmission(GatewayOptions options)
{
    private const string KeyHeader = "Idempotency-Key";
    private const int LongestKey = 200, MaxBodyBytes = RunLimits.RecipeBytes + (64 << 10), IdDigits = 20;

    /// <returns>The run's id, which follows from its Idempotency-Key, and what to do.</returns>
    /// <exception cref="ApiException">400, 404, 413 or 415.</exception>
    public async Task<(string Id, RunOrder Order)> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var id = Id(request.HttpContext.User.Identity?.Name ?? "", request.Headers[KeyHeader].ToString());
        var body = Parse(await RequestBody.ReadAsync(request, MaxBodyBytes, cancellation));
        return (id, new RunOrder(await RecipeAsync(body.Recipe, cancellation), body.Data ?? "")
        {
            Name = body.Name,
            Seed = body.Seed,
            Publish = body.Publish ?? true,
            MustPublish = body.Publish is true,
            Version = body.Version,
        });
    }

    /// <param name="caller">Whose key it is: two callers may choose the same one.</param>
    /// <param name="key">Empty for an id that nobody knows yet.</param>
    private static string Id(string caller, string key)
    {
        if (key.Length > LongestKey) throw new ApiException(ApiError.BadRequest($"An {KeyHeader} has at most {LongestKey} characters.", KeyHeader));
        return "run-" + (key.Length == 0
            ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdDigits / 2))
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{key}")))[..IdDigits]);
    }

    private static RunRequest Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, RunJson.Default.RunRequest) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new ApiException(ApiError.BadRequest("Send a JSON object with 'recipe' and, where wanted, 'data', 'seed', 'name', 'publish' and 'version'.", e.Path is { Length: > 2 } path ? Shown.Name(path[2..]) : null));
        }
    }

    private async Task<string> RecipeAsync(JsonElement recipe, CancellationToken cancellation) => recipe.ValueKind switch
    {
        JsonValueKind.Object => recipe.GetRawText(),
        JsonValueKind.String => await ShippedAsync(recipe.GetString()!, cancellation),
        _ => throw new ApiException(ApiError.BadRequest("Send a 'recipe': an object, or the name of one that ships with the server.", "recipe")),
    };

    private async Task<string> ShippedAsync(string name, CancellationToken cancellation)
    {
        var shipped = options.RecipeFolder is { } folder && Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.json").ToDictionary(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal)
            : [];
        return shipped.TryGetValue(name, out var path)
            ? await File.ReadAllTextAsync(path, cancellation)
            : throw new ApiException(new ApiError(StatusCodes.Status404NotFound, "recipe_not_found", $"No recipe '{Shown.Name(name)}' ships with this server; those that do: {string.Join(", ", shipped.Keys.Order(StringComparer.Ordinal))}.", "recipe"));
    }
}
