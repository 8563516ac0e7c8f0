using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OnePeace.Client;

public sealed partial class OnePeaceClient
{
    /// <summary>How long a server that tells events may say nothing; it gives a sign every 10 seconds.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(35);

    /// <summary>Begins a training run.</summary>
    /// <param name="key">The same key again is the same run; null for a new one at every call.</param>
    public async Task<RunInfo> SubmitRunAsync(RunOrder order, string? key = null, CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Post, "v1/runs");
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(order, ClientJson.Default.RunOrder));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await SendAsync(request, ClientJson.Default.RunInfo, cancellation);
    }

    /// <summary>Training runs, the latest first.</summary>
    public async Task<IReadOnlyList<RunInfo>> RunsAsync(CancellationToken cancellation = default) =>
        (await GetAsync("v1/runs", ClientJson.Default.ListOfRunInfo, cancellation)).Data;

    public Task<RunInfo> RunAsync(string id, CancellationToken cancellation = default) => GetAsync(PathOfRun(id), ClientJson.Default.RunInfo, cancellation);

    /// <summary>Stops a run after the step under way.</summary>
    public Task<RunInfo> PauseRunAsync(string id, CancellationToken cancellation = default) => CommandAsync(HttpMethod.Post, $"{PathOfRun(id)}/pause", cancellation);

    /// <summary>Goes on with a run that was paused or failed.</summary>
    public Task<RunInfo> ResumeRunAsync(string id, CancellationToken cancellation = default) => CommandAsync(HttpMethod.Post, $"{PathOfRun(id)}/resume", cancellation);

    /// <summary>Ends a run for good.</summary>
    public Task<RunInfo> CancelRunAsync(string id, CancellationToken cancellation = default) => CommandAsync(HttpMethod.Post, $"{PathOfRun(id)}/cancel", cancellation);

    /// <summary>Forgets a run that has ended, and its files.</summary>
    public Task<RunInfo> DeleteRunAsync(string id, CancellationToken cancellation = default) => CommandAsync(HttpMethod.Delete, PathOfRun(id), cancellation);

    /// <summary>What happens to a run, until it has ended or the connection does.</summary>
    /// <param name="after">The id of the last event that is known already; 0 for those that the server still has.</param>
    /// <exception cref="HttpRequestException">The connection broke: call again with the last event's id.</exception>
    public async IAsyncEnumerable<RunEventInfo> WatchRunAsync(string id, long after = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var request = Request(HttpMethod.Get, $"{PathOfRun(id)}/events");
        if (after > 0) request.Headers.TryAddWithoutValidation("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        using var response = await HeardAsync(token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellation);
        if (!response.IsSuccessStatusCode) throw await OnePeaceApiException.FromAsync(response, cancellation);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await HeardAsync(token => lines.ReadLineAsync(token).AsTask(), cancellation) is { } line)
        {
            if (line.Length > 0) Take(fields, line);
            else if (Event(fields) is { } happened) yield return happened;
            if (line.Length == 0) fields.Clear();
        }
    }

    /// <summary>Fetches the model directory after the last stage of a run that is done. It appears whole or not at all.</summary>
    /// <param name="id">The run, also one that still trains.</param>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <exception cref="OnePeaceApiException">There is no such run, or no stage of it is done.</exception>
    /// <exception cref="IOException">There is something at <paramref name="folder"/> already, or it cannot be written.</exception>
    /// <exception cref="InvalidDataException">What came is no model of a run; nothing is written outside of <paramref name="folder"/>.</exception>
    public async Task DownloadRunModelAsync(string id, string folder, CancellationToken cancellation = default)
    {
        using var arriving = new ArrivingFolder(folder);
        using var request = Request(HttpMethod.Get, $"{PathOfRun(id)}/model");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode) throw await OnePeaceApiException.FromAsync(response, cancellation);
        await using var tar = await response.Content.ReadAsStreamAsync(cancellation);
        await arriving.TakeAsync(tar, cancellation);
    }

    private static string PathOfRun(string id) => $"v1/runs/{Uri.EscapeDataString(id)}";

    private async Task<RunInfo> CommandAsync(HttpMethod method, string path, CancellationToken cancellation)
    {
        using var request = Request(method, path);
        return await SendAsync(request, ClientJson.Default.RunInfo, cancellation);
    }

    /// <summary>What a server that tells events says next; it says something every few seconds.</summary>
    /// <exception cref="HttpRequestException">It said nothing for long, or the connection broke.</exception>
    private static async Task<T> HeardAsync<T>(Func<CancellationToken, Task<T>> hear, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(LongestSilence);
        try
        {
            return await hear(patience.Token);
        }
        catch (IOException e)
        {
            throw new HttpRequestException("The connection broke.", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"The server said nothing for {LongestSilence.TotalSeconds:0} seconds.", e);
        }
    }

    private static void Take(Dictionary<string, string> fields, string line)
    {
        var colon = line.IndexOf(':');
        if (colon > 0) fields[line[..colon]] = line[(colon + 1)..].TrimStart(' ');
    }

    /// <summary>Null where nothing is in it that is known.</summary>
    private static RunEventInfo? Event(Dictionary<string, string> fields)
    {
        if (!fields.TryGetValue("data", out var data) || !long.TryParse(fields.GetValueOrDefault("id"), CultureInfo.InvariantCulture, out var id)) return null;
        return fields.GetValueOrDefault("event") switch
        {
            "progress" => new RunEventInfo(id, JsonSerializer.Deserialize(data, ClientJson.Default.RunProgressInfo), null),
            "state" => new RunEventInfo(id, null, JsonSerializer.Deserialize(data, ClientJson.Default.RunStateInfo)),
            _ => null,
        };
    }
}
