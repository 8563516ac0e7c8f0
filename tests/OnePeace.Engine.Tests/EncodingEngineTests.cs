using OnePeace.Engine.Devices;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests;

public sealed class EncodingEngineTests : IAsyncDisposable
{
    private static readonly CoreShape Shape = new() { Width = 16, Heads = 2, Layers = 2, ExpertWidth = 32, LayerScaleInit = 0.5 };

    private readonly ScriptedModality _modality = new();
    private readonly EncodingEngine _engine;

    public EncodingEngineTests() => _engine = Create(new EngineOptions { Device = "cpu" });

    public async ValueTask DisposeAsync()
    {
        _modality.Gate.Set();
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task A_vector_has_unit_length_and_does_not_depend_on_its_neighbours()
    {
        var alone = (await Encode(7))[0].Vector;
        var among = (await _engine.EncodeAsync(Work(1, 2, 3, 7, 5), default))[3].Vector;
        Assert.InRange(alone.Sum(v => (double)v * v), 0.999999, 1.000001);
        Assert.InRange(alone.Zip(among, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-6);
    }

    [Theory]
    [InlineData(ScriptedModality.Poison)]
    [InlineData(ScriptedModality.NotFinite)]
    public async Task An_input_that_the_model_cannot_take_fails_alone_among_thirty_two(byte bad)
    {
        _modality.Gate.Reset();                                       // so that all thirty-two share a batch
        var blocker = Encode(1);
        var requests = Enumerable.Range(0, 32).Select(i => Encode(i == 13 ? bad : (byte)i)).ToArray();
        await Task.Delay(100);
        _modality.Gate.Set();
        await blocker;
        var failure = await Assert.ThrowsAsync<ItemRejectedException>(() => requests[13]);

        Assert.Equal(InputFault.Unusable, failure.Fault);
        foreach (var good in requests.Where((_, i) => i != 13)) Assert.Single(await good);
    }

    [Fact]
    public async Task A_bad_item_is_named_by_its_index()
    {
        var e = await Assert.ThrowsAsync<ItemRejectedException>(() => _engine.EncodeAsync(Work(1, 2, ScriptedModality.Unusable, 4), default));
        Assert.Equal(2, e.Index);
    }

    [Fact]
    public async Task An_unknown_modality_is_answered_with_the_known_ones()
    {
        var work = new EncodeWork([new EncodeItem([new EncodePart("smell", new byte[] { 1 })])]);
        Assert.Contains("script", (await Assert.ThrowsAsync<UnknownModalityException>(() => _engine.EncodeAsync(work, default))).Message);
        await Assert.ThrowsAsync<ArgumentException>(() => _engine.EncodeAsync(new EncodeWork([]), default));
    }

    [Fact]
    public async Task A_thousand_callers_who_leave_cost_nothing_and_leave_nothing_behind()
    {
        _modality.Gate.Reset();
        var first = Encode(1);
        using var leave = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 1000).Select(i => _engine.EncodeAsync(Work((byte)(i % 60)), leave.Token)).ToArray();
        await leave.CancelAsync();
        await Task.WhenAll(callers.Select(caller => Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller))).WaitAsync(TimeSpan.FromSeconds(5));

        _modality.Gate.Set();
        await first;
        Assert.Single(await Encode(2));                                // nothing of theirs stands in front
    }

    [Fact]
    public async Task A_deadline_that_has_passed_is_a_timeout()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => _engine.EncodeAsync(Work(1) with { Deadline = DateTimeOffset.UtcNow.AddSeconds(-1) }, default));
        _modality.Gate.Reset();
        var first = Encode(1);
        await Assert.ThrowsAsync<TimeoutException>(() => _engine.EncodeAsync(Work(2) with { Deadline = DateTimeOffset.UtcNow.AddMilliseconds(50) }, default));
        _modality.Gate.Set();
        await first;
    }

    [Fact]
    public async Task A_full_queue_refuses_and_says_when_to_come_back()
    {
        await using var small = Create(new EngineOptions { Device = "cpu", Batches = new() { MaxQueuedItems = 4 } });
        _modality.Gate.Reset();
        var waiting = Enumerable.Range(0, 12).Select(i => small.EncodeAsync(Work((byte)i), default)).ToArray();
        var refused = waiting.Where(w => w.IsFaulted).ToArray();
        _modality.Gate.Set();

        Assert.NotEmpty(refused);
        Assert.All(await Task.WhenAll(refused.Select(r => Assert.ThrowsAsync<EngineOverloadedException>(() => r))), e => Assert.True(e.RetryAfter > TimeSpan.Zero));
        await Task.WhenAll(waiting.Except(refused));
    }

    [Fact]
    public async Task Fused_parts_become_one_vector_by_mean_and_in_one_sequence()
    {
        EncodePart[] parts = [new("script", new byte[] { 3 }), new("script", new byte[] { 9 })];
        var mean = (await _engine.EncodeAsync(new EncodeWork([new EncodeItem(parts)]), default))[0].Vector;
        var joint = (await _engine.EncodeAsync(new EncodeWork([new EncodeItem(parts, Fusion.Joint)]), default))[0].Vector;
        var (a, b) = ((await Encode(3))[0].Vector, (await Encode(9))[0].Vector);
        var sum = a.Zip(b, (x, y) => x + y).ToArray();
        var length = Math.Sqrt(sum.Sum(v => (double)v * v));

        Assert.InRange(mean.Zip(sum, (x, y) => Math.Abs(x - (y / length))).Max(), 0, 1e-6);
        Assert.InRange(joint.Zip(mean, (x, y) => Math.Abs(x - y)).Max(), 1e-4, 2);   // they attended to each other
    }

    [Fact]
    public async Task Two_hundred_requests_leave_no_tensor_behind()
    {
        for (var i = 0; i < 20; i++) await _engine.EncodeAsync(Work(1, 2, 3), default);
        var before = Tensor.TotalCount;
        for (var i = 0; i < 200; i++) await _engine.EncodeAsync(Work(1, 2, 3), default);
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static EncodeWork Work(params byte[] values) =>
        new([.. values.Select(value => new EncodeItem([new EncodePart("script", new[] { value })]))]);

    private Task<IReadOnlyList<Embedding>> Encode(byte value) => _engine.EncodeAsync(Work(value), default);

    private EncodingEngine Create(EngineOptions options)
    {
        TorchRuntime.EnsureLoaded();
        var model = new OnePeaceModel(new TransformerCore(Shape));
        model.Core.InitialiseParameters(seed: 1);
        var module = new ModalityModule(_modality, Shape, new ModalityOptions());
        module.InitialiseParameters(seed: 2);
        model.Attach(module);
        var served = new ServedModel(model, []) { Name = "test", CoreHash = "0", Device = CPU, DataType = ScalarType.Float32 };
        return new EncodingEngine(served, options, [new DeviceThread("test", 1)], TimeProvider.System);
    }
}
