using System.Net.Http.Headers;
using System.Text.Json;

namespace OnePeace.Client;

/// <summary>Calls a OnePeace server. Thread-safe; disposing closes the connections that it opened itself.</summary>
public sealed class OnePeaceClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly bool _owned;
    private readonly string? _key;

    /// <param name="key"><c>op_...</c>, or null for a server in front of which something else authenticates.</param>
    public OnePeaceClient(Uri server, string? key = null)
        : this(new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(10) }, key) => _owned = true;

    /// <param name="http">Has the server's address as its base address; stays the caller's.</param>
    public OnePeaceClient(HttpClient http, string? key = null)
    {
        _http = http;
        _key = key;
    }

    /// <summary>One unit vector per input, in their order. Media travel as raw bytes.</summary>
    /// <exception cref="OnePeaceApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">No server answered.</exception>
    public async Task<EmbeddingResult> EmbedAsync(
        IReadOnlyList<EmbeddingInput> inputs, EmbeddingOptions? options = null, CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Post, "v1/embeddings");
        request.Content = new ByteArrayContent(EmbeddingMessages.Write(inputs, options ?? new EmbeddingOptions()));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(EmbeddingMessages.MediaType);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(EmbeddingMessages.MediaType));
        using var response = await SendAsync(request, cancellation);
        return EmbeddingMessages.Read(await response.Content.ReadAsByteArrayAsync(cancellation));
    }

    /// <summary>What can be named as a model.</summary>
    public async Task<IReadOnlyList<ModelInfo>> ModelsAsync(CancellationToken cancellation = default) =>
        (await GetAsync("v1/models", ClientJson.Default.ListOfModelInfo, cancellation)).Data;

    /// <summary>Which modalities are attached.</summary>
    public async Task<IReadOnlyList<ModalityInfo>> ModalitiesAsync(CancellationToken cancellation = default) =>
        (await GetAsync("v1/modalities", ClientJson.Default.ListOfModalityInfo, cancellation)).Data;

    public void Dispose()
    {
        if (_owned)
            _http.Dispose();
    }

    private async Task<T> GetAsync<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, path);
        using var response = await SendAsync(request, cancellation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        return JsonSerializer.Deserialize(body, type) ?? throw new InvalidDataException($"The server's answer to {path} is empty.");
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (_key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var response = await _http.SendAsync(request, cancellation);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await OnePeaceApiException.FromAsync(response, cancellation);
    }
}
