using System.Collections.Concurrent;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>Requests of the model's own modalities that go on while something else happens, each answer compared with the vector known before.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const double SharedCosine = 0.99999;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _faults = [];
    private readonly List<Task> _callers = [];
    private long _answered;

    private SteadyLoad()
    {
    }

    public long Answered => Interlocked.Read(ref _answered);

    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>
    /// One caller each for pictures and sounds, so that each of their requests is alone in its batch and must be answered bit for bit; several for texts, which share batches.
    /// </summary>
    public static async Task<SteadyLoad> StartAsync(HttpClient http)
    {
        var load = new SteadyLoad();
        var samples = RepositoryFolder.At("samples");
        await load.AddAsync(http, "image", Convert.ToBase64String(File.ReadAllBytes(Path.Combine(samples, "scene.jpg"))), callers: 1);
        await load.AddAsync(http, "audio", Convert.ToBase64String(File.ReadAllBytes(Path.Combine(samples, "tone.wav"))), callers: 1);
        await load.AddAsync(http, "text", "a dog barks at the moon", callers: 3);
        return load;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers);
    }

    private async Task AddAsync(HttpClient http, string modality, string input, int callers)
    {
        var expected = await http.EmbedAsync(modality, input);
        for (var i = 0; i < callers; i++) _callers.Add(Task.Run(() => CallAsync(http, modality, input, expected, alone: callers == 1)));
    }

    private async Task CallAsync(HttpClient http, string modality, string input, float[] expected, bool alone)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var vector = await http.EmbedAsync(modality, input);
                var same = alone ? vector.AsSpan().SequenceEqual(expected) : vector.Zip(expected, (a, b) => (double)a * b).Sum() >= SharedCosine;
                if (!same) _faults.Enqueue($"{modality}: another vector");
                Interlocked.Increment(ref _answered);
            }
            catch (Exception e)
            {
                _faults.Enqueue($"{modality}: {e.Message}");
            }
            await Task.Delay(Pause);
        }
    }
}
