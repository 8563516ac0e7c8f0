using System.Diagnostics;
using OnePeace.Modalities;
using OnePeace.Transformer;

namespace OnePeace.Engine.Tests.Serving;

/// <summary>Requests while another modality's weights are on their way to the device.</summary>
public sealed class LoadWhileServingTests : IDisposable
{
    private readonly ManualResetEventSlim _go = new();
    private readonly WordModality _word = new(), _slow;
    private int _loads;
    private string? _thread;

    public LoadWhileServingTests()
    {
        _slow = new WordModality
        {
            Name = "slow",
            OnLoad = () =>
            {
                _thread = Thread.CurrentThread.Name;
                Interlocked.Increment(ref _loads);
                _go.Wait();
            },
        };
    }

    [Fact]
    public async Task A_load_has_a_thread_of_its_own_and_holds_up_nobody_else()
    {
        await using var engine = Start();
        var waiting = EncodeAsync(engine, "slow");
        await TestEngines.UntilAsync(() => _loads == 1);
        for (var i = 0; i < 20; i++) await EncodeAsync(engine, "word").WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(waiting.IsCompleted);
        _go.Set();
        await waiting;
        Assert.Equal("load slow", _thread);
    }

    [Fact]
    public async Task Whoever_waits_for_weights_waits_no_longer_than_its_own_deadline_and_the_load_goes_on()
    {
        await using var engine = Start();
        var patient = EncodeAsync(engine, "slow");
        var start = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<TimeoutException>(() => engine.EncodeAsync(
            new EncodeWork([TestEngines.Word("a", "slow")]) { Deadline = DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(200) }, default));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.1, 5);
        Assert.False(patient.IsCompleted);
        _go.Set();
        await patient;
        await EncodeAsync(engine, "slow");
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task A_load_that_fails_fails_only_whoever_waits_for_it_and_is_tried_again()
    {
        await using var engine = Start();
        var open = _slow.OnLoad!;
        _slow.OnLoad = () =>
        {
            open();
            throw new InvalidDataException("damaged");
        };
        Task[] failing = [EncodeAsync(engine, "slow"), EncodeAsync(engine, "slow")];
        await TestEngines.UntilAsync(() => _loads == 1);
        var word = EncodeAsync(engine, "word");
        _go.Set();
        foreach (var task in failing) await Assert.ThrowsAsync<InvalidDataException>(() => task);
        await word;
        var failed = _loads;
        Assert.InRange(failed, 1, 2);   // the second may have come after the first one's load had failed
        _slow.OnLoad = open;
        await EncodeAsync(engine, "slow");
        Assert.Equal(failed + 1, _loads);
        Assert.True(engine.Healthy);
    }

    [Fact]
    public async Task Closing_while_weights_are_loaded_waits_for_nobody_and_leaves_nothing()
    {
        var before = TensorCensus.Live;
        var engine = Start();
        var waiting = EncodeAsync(engine, "slow");
        await TestEngines.UntilAsync(() => _loads == 1);
        await engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<EngineUnavailableException>(() => waiting);
        _go.Set();
        await TestEngines.UntilAsync(() => TensorCensus.Live == before);
    }

    public void Dispose() => _go.Dispose();

    private EncodingEngine Start() => TestEngines.Start([(_word, new ModalityOptions()), (_slow, new ModalityOptions())]);

    private static Task EncodeAsync(EncodingEngine engine, string modality) => engine.EncodeAsync(new EncodeWork([TestEngines.Word("a", modality)]), default);
}
