using System.Diagnostics.Metrics;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Serving;
using OnePeace.Engine.Tests.Batching;

namespace OnePeace.Engine.Tests.Serving;

/// <summary>What happens between two layers, with a model that does as it is told.</summary>
public sealed class BatchServerTests : IAsyncDisposable
{
    private const string Loud = "loud", Quiet = "quiet";
    private static readonly float[] Vector = [1];

    private readonly FakeClock _clock = new();
    private readonly DeviceThread _device = new("test", 1);
    private readonly BatchQueue<EncodeJob> _queue;
    private readonly EngineMetrics _metrics;
    private readonly List<string> _begun = [];
    private readonly List<(EncodeJob Job, string Tenant)> _jobs = [];
    private Action<Action?> _onLoud, _onQuiet = _ => { };

    public BatchServerTests()
    {
        _queue = new(new BatchLimits(), _clock);
        _metrics = new EngineMetrics(_queue);
        _onLoud = Interrupt;
        Server = new BatchServer(_queue, Encode, _device, _metrics, _clock);
    }

    private BatchServer Server { get; }

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_batch_stands_aside_for_no_longer_than_it_was_computed()
    {
        _onLoud = pause =>
        {
            for (var layer = 0; layer < 10; layer++)
            {
                Add(Quiet, 1);
                _clock.Advance(TimeSpan.FromSeconds(1));
                pause!();
            }
        };
        _onQuiet = _ => _clock.Advance(TimeSpan.FromSeconds(3));
        await ServeAsync(Add(Loud, 1_000));
        Assert.Equal([Loud, Quiet, Quiet, Quiet, Quiet], _begun.Take(5));   // after 1, 3, 6 and 9 layers
    }

    [Fact]
    public async Task What_comes_in_between_is_not_interrupted()
    {
        _onQuiet = pause => Assert.Null(pause);
        await ServeAsync(Add(Loud, 1_000));
        Assert.Equal([Loud, Quiet], _begun);
    }

    [Fact]
    public async Task How_long_a_batch_stood_aside_is_no_time_of_its_own_nor_a_sign_that_it_is_stuck()
    {
        using var sums = new MeterCounts();
        _onLoud = pause =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            Interrupt(pause);
            Server.LookAfter(TimeSpan.FromSeconds(5));
        };
        _onQuiet = _ => _clock.Advance(TimeSpan.FromSeconds(4));
        await ServeAsync(Add(Loud, 1_000));
        await _device.DisposeAsync();
        Assert.Equal((2 + 4, true), (sums["onepeace.engine.compute"], _device.Healthy));
    }

    [Fact]
    public async Task A_device_that_is_lost_in_between_answers_nobody()
    {
        _onQuiet = _ => _device.Fail(new InvalidOperationException("lost"));
        var loud = Add(Loud, 1_000);
        Server.Wake();
        await Assert.ThrowsAsync<EngineUnavailableException>(() => loud.Vector);
        await Assert.ThrowsAsync<EngineUnavailableException>(() => _jobs[^1].Job.Vector);
    }

    [Fact]
    public async Task Where_the_platform_itself_fails_in_between_nobody_waits_for_ever()
    {
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Name == "onepeace.engine.batch.items") listener.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<int>((_, _, _, _) => { if (_begun.Count == 1) throw new InvalidOperationException("a fault of ours"); });
        listener.Start();
        var loud = Add(Loud, 1_000);
        Server.Wake();
        await Assert.ThrowsAsync<EngineUnavailableException>(() => loud.Vector);
        await Assert.ThrowsAsync<EngineUnavailableException>(() => _jobs[^1].Job.Vector);
        Assert.False(_device.Healthy);
    }

    private async Task ServeAsync(EncodeJob job)
    {
        Server.Wake();
        Assert.Equal(Vector, await job.Vector);
    }

    private void Interrupt(Action? pause)
    {
        Add(Quiet, 1);
        pause!();
    }

    private EncodeJob Add(string tenant, int tokens)
    {
        var job = new EncodeJob([], new Residents([], _ => { }));
        _jobs.Add((job, tenant));
        using var admission = _queue.Admit(tenant, 1, tokens, DateTimeOffset.MaxValue);
        _queue.Enqueue(new QueueEntry<EncodeJob>(job, tenant, "lane", tokens, DateTimeOffset.MaxValue), admission);
        return job;
    }

    private float[][] Encode(IReadOnlyList<EncodeJob> jobs, Action? pause)
    {
        var tenant = _jobs.Single(known => known.Job == jobs[0]).Tenant;
        _begun.Add(tenant);
        (tenant == Loud ? _onLoud : _onQuiet)(pause);
        return [.. jobs.Select(_ => Vector)];
    }
}
