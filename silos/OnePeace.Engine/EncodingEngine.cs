using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Results;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;
using TorchSharp;

namespace OnePeace.Engine;

/// <summary>An engine that serves one model on one device: <see cref="InputPreparation"/>, then a <see cref="BatchQueue{T}"/>, then a device thread a slot.</summary>
public sealed partial class EncodingEngine : IEncodingEngine, IAsyncDisposable
{
    private readonly ServedModel _model;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly BatchQueue<EncodeJob> _queue;
    private readonly EngineMetrics _metrics;
    private readonly InputPreparation _preparation = new();
    private readonly ResultCache _results;
    private readonly string _facts;
    private readonly DeviceResidency _residency;
    private readonly ModalityTable _modalities;
    private readonly IReadOnlyList<DeviceThread> _devices;
    private readonly IReadOnlyList<BatchServer> _servers;
    private volatile EngineUnavailableException? _unavailable;

    /// <summary>Begins to serve.</summary>
    /// <param name="model">What to serve; the engine owns it from now on.</param>
    /// <param name="options">As the model was loaded.</param>
    /// <param name="devices">One thread a slot; the engine owns them from now on.</param>
    /// <param name="time">The clock.</param>
    internal EncodingEngine(ServedModel model, EngineOptions options, IReadOnlyList<DeviceThread> devices, TimeProvider time)
    {
        _model = model;
        _options = options;
        _time = time;
        _devices = devices;
        _queue = new(options.Batches with { Consumers = devices.Count, MaxBatchItems = options.Deterministic ? 1 : options.Batches.MaxBatchItems }, time);
        _metrics = new EngineMetrics(_queue);
        _results = new ResultCache(options.ResultCacheBytes);
        _facts = $"{model.CoreHash} {model.Precision.Name}";
        _residency = model.Residency;
        _modalities = model.Modalities;
        Func<IReadOnlyList<EncodeJob>, Action?, float[][]> encode = model.Encoder.Encode;
        if (model.Device.type == DeviceType.CUDA) encode = (jobs, _) => model.Encoder.Encode(jobs);   // its kernels are queued long before they run: nothing lies between two layers
        _servers = [.. devices.Select(device => new BatchServer(_queue, encode, device, _metrics, time))];
        foreach (var device in devices) device.Failed += fault => Close(new EngineUnavailableException(DeviceThread.Lost, fault));
    }

    public bool Healthy
    {
        get
        {
            foreach (var server in _servers) server.LookAfter(_options.LongestBatch);
            return _devices.All(d => d.Healthy);
        }
    }

    /// <summary>Sequences that wait in the queue.</summary>
    public int Waiting => _queue.Count;

    public EngineDescription Describe() => _model.Describe() with { IsDeterministic = _options.Deterministic, Slots = _devices.Count };

    /// <summary>Takes packages in and out, if there is a store for them.</summary>
    public IModalityHost? Packages { get; init; }

    public ServingCore? Core { get; init; }

    public async Task<IReadOnlyList<Embedding>> EncodeAsync(EncodeWork work, CancellationToken cancellation)
    {
        var outcome = RequestOutcome.Failed;
        try
        {
            Check(work);
            var result = await RunAsync(work, cancellation).ConfigureAwait(false);
            _metrics.Encoded(result.Count);
            outcome = RequestOutcome.Encoded;
            return result;
        }
        catch (Exception e)
        {
            outcome = Outcome(e);
            throw;
        }
        finally
        {
            _metrics.Finished(outcome);
        }
    }

    private async Task<IReadOnlyList<Embedding>> RunAsync(EncodeWork work, CancellationToken cancellation)
    {
        using var request = new EncodeRequest(work, Deadline(work), this);
        return await request.RunAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Refuses what still waits, also for weights, finishes the batches in work and frees the model. Where plugin code does not end, the model is left to the end of the process: that code may still use it.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(new EngineUnavailableException("The engine is closed."));
        foreach (var device in _devices) await device.DisposeAsync().ConfigureAwait(false);
        if (Packages is not PackageHost packages || await packages.CloseAsync().ConfigureAwait(false)) await _model.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _results.Dispose();
    }

    private void Check(EncodeWork work)
    {
        if (_unavailable is { } unavailable) throw unavailable;
        var parts = work.Items.Sum(item => item.Parts.Count);
        if (work.Items.Count == 0) throw new ArgumentException("A request needs at least one item, but has none.", nameof(work));
        if (parts > _options.MaxItems || work.Items.Count > _options.MaxItems)
            throw new ArgumentException($"A request holds at most {_options.MaxItems} inputs, but {Math.Max(parts, work.Items.Count)} came: send several requests.", nameof(work));
        for (var i = 0; i < work.Items.Count; i++)
        {
            if (work.Items[i].Parts.Count == 0)
                throw new ItemRejectedException(i, InputFault.Malformed, "An item needs at least one input, but has none.");
        }
    }

    private DateTimeOffset Deadline(EncodeWork work) => work.Deadline ?? _time.GetUtcNow() + _options.DefaultDeadline;

    private static RequestOutcome Outcome(Exception exception) => exception switch
    {
        ItemRejectedException or ArgumentException or UnknownModalityException => RequestOutcome.Rejected,
        EngineOverloadedException => RequestOutcome.Overloaded,
        TimeoutException => RequestOutcome.Timeout,
        OperationCanceledException => RequestOutcome.Cancelled,
        _ => RequestOutcome.Failed,
    };

    private void Close(EngineUnavailableException reason)
    {
        _unavailable ??= reason;
        _residency.Refuse(reason);
        foreach (var entry in _queue.Clear())
        {
            entry.Value.Fail(reason);
            entry.Value.LeaveDevice();
        }
    }
}
