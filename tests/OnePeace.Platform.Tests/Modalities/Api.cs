using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>The routes that these tests use, over real HTTP.</summary>
internal static class Api
{
    public static async Task<float[]> EmbedAsync(this HttpClient http, string modality, string input)
    {
        using var answer = await http.PostAsJsonAsync("v1/embeddings", new { input = new[] { new Dictionary<string, string> { [modality] = input } }, encoding_format = "base64" });
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{modality}: {(int)answer.StatusCode} {body}");
        var bytes = Convert.FromBase64String((string)JsonNode.Parse(body)!["data"]![0]!["embedding"]!);
        var vector = new float[bytes.Length / sizeof(float)];
        Buffer.BlockCopy(bytes, 0, vector, 0, bytes.Length);
        return vector;
    }

    public static async Task<(HttpStatusCode Status, JsonNode Body)> AddAsync(this HttpClient http, string package)
    {
        await using var file = File.OpenRead(package);
        return await http.AddAsync(file);
    }

    public static async Task<(HttpStatusCode Status, JsonNode Body)> AddAsync(this HttpClient http, Stream package)
    {
        using var content = new StreamContent(package) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var answer = await http.PostAsync("v1/modalities", content);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    public static async Task RemoveAsync(this HttpClient http, string modality)
    {
        using var answer = await http.DeleteAsync($"v1/modalities/{modality}");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A modality as it is listed, or null.</summary>
    public static async Task<JsonNode?> ModalityAsync(this HttpClient http, string modality) =>
        JsonNode.Parse(await http.GetStringAsync("v1/modalities"))!["data"]!.AsArray().SingleOrDefault(m => (string)m!["id"]! == modality);

    /// <summary>State and hash by version; nothing where there is no such modality.</summary>
    public static async Task<IReadOnlyDictionary<string, (string State, string Hash)>> VersionsAsync(this HttpClient http, string modality)
    {
        var versions = (await http.ModalityAsync(modality))?["versions"]?.AsArray() ?? [];
        return versions.ToDictionary(v => (string)v!["version"]!, v => ((string)v!["state"]!, (string)v["hash"]!));
    }

    /// <summary>The sum of a metric over its tags; 0 where it was never reported.</summary>
    public static async Task<double> MetricAsync(this HttpClient http, string name, string tag = "")
    {
        var lines = (await http.GetStringAsync("metrics")).Split('\n').Where(line => Regex.IsMatch(line, $@"^{name}(\{{|\s)") && line.Contains(tag));
        return lines.Sum(line => double.Parse(line.Split('}')[^1].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
    }
}
