using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OnePeace.Client;

/// <summary>Calls a OnePeace server. Thread-safe; disposing closes the connections that it opened itself.</summary>
public sealed partial class OnePeaceClient : IDisposable
{
    /// <summary>How long a server may take to answer. It carries a change to a modality out, or says that it is still at it, within 10 minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(11);

    private readonly HttpClient _http;
    private readonly bool _owned;
    private readonly string? _key;

    /// <param name="key"><c>op_...</c>, or null for a server in front of which something else authenticates.</param>
    public OnePeaceClient(Uri server, string? key = null)
        : this(new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan }, key) => _owned = true;

    /// <param name="http">Has the server's address as its base address, and a timeout that is long enough for packages; stays the caller's.</param>
    public OnePeaceClient(HttpClient http, string? key = null)
    {
        _http = http;
        _key = key;
    }

    /// <summary>One unit vector per input, in their order. Media travel as raw bytes.</summary>
    /// <exception cref="OnePeaceApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">No server answered.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
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

    /// <summary>The modalities that are attached, being attached, or were refused.</summary>
    public async Task<IReadOnlyList<ModalityInfo>> ModalitiesAsync(CancellationToken cancellation = default) =>
        (await GetAsync("v1/modalities", ClientJson.Default.ListOfModalityInfo, cancellation)).Data;

    /// <summary>One modality and its versions.</summary>
    /// <exception cref="OnePeaceApiException">There is none of this name.</exception>
    public Task<ModalityInfo> ModalityAsync(string name, CancellationToken cancellation = default) =>
        GetAsync(PathOf(name), ClientJson.Default.ModalityInfo, cancellation);

    /// <summary>Attaches a package, which is read as it is sent, and makes it the version that serves.</summary>
    /// <param name="package">The package from where the stream stands; may be gigabytes.</param>
    /// <param name="sent">Called after each chunk with all bytes sent so far.</param>
    /// <param name="cancellation">Leaves; an upload that was complete is attached all the same.</param>
    /// <returns>The modality as it is now; its version is still <c>attaching</c> where that takes longer than the server lets a caller wait.</returns>
    /// <exception cref="OnePeaceApiException">The server refused the package and says why; what served before serves on.</exception>
    public async Task<ModalityInfo> AddModalityAsync(Stream package, Action<long>? sent = null, CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Post, "v1/modalities");
        request.Headers.ExpectContinue = true;   // a server that refuses at once says so before gigabytes are sent
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        request.Content = new PackageContent(package, total =>
        {
            patience.CancelAfter(Patience);
            sent?.Invoke(total);
        });
        using var response = await SendAsync(request, patience, cancellation);
        return await ReadAsync(response, ClientJson.Default.ModalityInfo, cancellation);
    }

    /// <summary>Makes another registered version of a modality the one that serves.</summary>
    public async Task<ModalityInfo> SwitchModalityAsync(string name, string version, CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Put, PathOf(name));
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new SwitchBody(version), ClientJson.Default.SwitchBody));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await SendAsync(request, ClientJson.Default.ModalityInfo, cancellation);
    }

    /// <summary>Detaches a modality and forgets its versions, or one version that does not serve.</summary>
    /// <param name="name">A modality that came as a package.</param>
    /// <param name="version">Null for all.</param>
    /// <param name="cancellation">Leaves; what was begun goes on.</param>
    /// <returns>What is left of it; its state is <c>detached</c> where that is nothing.</returns>
    public async Task<ModalityInfo> RemoveModalityAsync(string name, string? version = null, CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Delete, version is null ? PathOf(name) : $"{PathOf(name)}?version={Uri.EscapeDataString(version)}");
        return await SendAsync(request, ClientJson.Default.ModalityInfo, cancellation);
    }

    /// <summary>What happened to modalities lately, oldest first.</summary>
    /// <param name="after">The id of the last event that is known already; 0 for all.</param>
    /// <param name="cancellation">Leaves.</param>
    public async Task<IReadOnlyList<ModalityEventInfo>> EventsAsync(long after = 0, CancellationToken cancellation = default) =>
        (await GetAsync($"v1/events?after={after}", ClientJson.Default.ListOfModalityEventInfo, cancellation)).Data;

    public void Dispose()
    {
        if (_owned)
            _http.Dispose();
    }

    private static string PathOf(string modality) => $"v1/modalities/{Uri.EscapeDataString(modality)}";

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, path);
        return await SendAsync(request, type, cancellation);
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (_key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        return request;
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await SendAsync(request, cancellation);
        return await ReadAsync(response, type, cancellation);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        return JsonSerializer.Deserialize(body, type) ?? throw new InvalidDataException("The server's answer is empty.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        return await SendAsync(request, patience, cancellation);
    }

    /// <param name="request">What to send.</param>
    /// <param name="patience">Linked to <paramref name="cancellation"/>; ends when the server has taken too long.</param>
    /// <param name="cancellation">The caller's.</param>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationTokenSource patience, CancellationToken cancellation)
    {
        patience.CancelAfter(Patience);
        try
        {
            var response = await _http.SendAsync(request, patience.Token);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw await OnePeaceApiException.FromAsync(response, cancellation);
        }
        catch (OperationCanceledException e) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The server did not answer within {Patience.TotalMinutes:0} minutes.", e);
        }
    }
}
