using OnePeace.Engine;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers.Packing;
using OnePeace.Platform.Tests.Processes;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Benchmarks.Bench;

/// <summary>One run: the same weights as a bare model, in an engine and behind HTTP, each made when it is first needed; and what was found.</summary>
internal sealed class BenchRun : IAsyncDisposable
{
    private const int WarmingCallers = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly PluginCatalogue _plugins = PluginCatalogue.BesideExecutable();
    private readonly DeviceThread _thread;
    private readonly Dictionary<string, BareModel> _bare = [];
    private readonly Dictionary<(string Modality, string Type), StaticBatch> _best = [];
    private readonly Dictionary<string, IPreprocessor> _preprocessors = [];
    private EncodingEngine? _engine;
    private ServedPlatform? _platform;
    private int _number;

    public BenchRun(BenchOptions options, CancellationToken end)
    {
        (Options, End) = (options, end);
        foreach (var type in DataTypes) _ = PrecisionOf(type);   // a mistake is found before anything is measured
        _thread = new DeviceThread("bare model", Threads);
        ModelPath = options.Model ?? Generate(options.Size);
        Source = ModelSources.Open(ModelPath);
        Modalities = [.. options.Modalities.Where(Source.Modalities.ContainsKey)];
        if (Modalities.Count == 0) throw new FormatException($"The model has none of {string.Join(", ", options.Modalities)}; it has {string.Join(", ", Source.Modalities.Keys)}.");
    }

    public BenchOptions Options { get; }

    /// <summary>Ends between two measures.</summary>
    public CancellationToken End { get; }

    /// <summary>Of torch, in every path; each computes one batch at a time.</summary>
    public int Threads => Options.Threads;

    public string ModelPath { get; }

    public ModelSource Source { get; }

    public IReadOnlyList<string> Modalities { get; }

    public IReadOnlyList<string> DataTypes => Options.DataTypes;

    public DeviceThread Thread => _thread;

    public BenchReport Report { get; } = new();

    /// <summary>Answers a second at saturation, over HTTP; of <see cref="Load.Mixed"/> too.</summary>
    public Dictionary<string, double> Saturation { get; } = [];

    /// <summary>Requests that failed, and sections.</summary>
    public int Failures { get; private set; }

    public void Failed(int count) => Failures += count;

    /// <summary>A number that no request had yet.</summary>
    public int NextNumber() => Interlocked.Increment(ref _number);

    /// <param name="type">A data type's name; null for what the engine computes in.</param>
    public BareModel Bare(string? type = null)
    {
        type ??= DataTypes[0];
        if (_bare.TryGetValue(type, out var known)) return known;
        var precision = PrecisionOf(type, Source.Shape);
        var model = ModelLoader.Load(Source, _plugins.Get, [.. Modalities], type: precision.Type);
        model.Core.Pack();
        foreach (var modality in model.Modalities.Values) precision.Pack(modality);
        return _bare[type] = new BareModel(_thread, model, precision.Type);
    }

    /// <summary>What a data type means for this model: <c>int8</c> becomes <c>int8-bfloat16</c>.</summary>
    public string Meaning(string type) => PrecisionOf(type, Source.Shape).Name;

    private static Precision PrecisionOf(string type, CoreShape? shape = null)
    {
        try
        {
            return new EngineOptions { DataType = type }.ResolvePrecision(TorchSharp.torch.CPU, shape);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"--dtype: {e.Message}", e);
        }
    }

    public async Task<EncodingEngine> EngineAsync() =>
        _engine ??= await EncodingEngine.LoadAsync(ModelPath, _plugins, new EngineOptions { Device = "cpu", DataType = DataTypes[0], Slots = 1, TorchThreads = Threads }, [.. Modalities], End);

    /// <summary>A server that has compiled what it needs.</summary>
    public async Task<ServedPlatform> PlatformAsync()
    {
        if (_platform is not null) return _platform;
        _platform = await ServedPlatform.StartAsync(this, _folder["data"], await LongestWaitAsync());
        foreach (var modality in Modalities) await new ClosedLoad(WarmingCallers, Options.Window).RunAsync(_ => _platform.AskUntilAnsweredAsync(modality, NextNumber(), End));
        return _platform;
    }

    /// <summary>Inputs as a model takes them, all of them new.</summary>
    public Task<IReadOnlyList<PreparedInput>> PrepareAsync(string modality, int count) => PrepareAsync(modality, Enumerable.Range(0, count).Select(_ => BenchInputs.Of(modality, NextNumber())));

    public async Task<IReadOnlyList<PreparedInput>> PrepareAsync(string modality, IEnumerable<byte[]> inputs)
    {
        var prepared = new List<PreparedInput>();
        foreach (var input in inputs) prepared.Add(await Preprocessor(modality).PrepareAsync(new RawInput(input), End));
        return prepared;
    }

    /// <summary>The best batch that was found; looks for it where nobody has yet.</summary>
    public async Task<StaticBatch> BestAsync(string modality, string? type = null)
    {
        type ??= DataTypes[0];
        if (_best.TryGetValue((modality, type), out var known)) return known;
        var best = new StaticBatch(0, 0);
        foreach (var items in Load.Batches(modality).Where(items => Load.IsWorth(items, best.Rate, Options.Window)))
        {
            var rate = await Bare(type).RateAsync(modality, await PrepareAsync(modality, items), Options.Window / 3);
            if (rate > best.Rate) best = new StaticBatch(items, rate);
        }
        return Found(modality, type, best);
    }

    /// <summary>What was measured with care goes before what was looked for in passing.</summary>
    public StaticBatch Found(string modality, string type, StaticBatch best) => _best[(modality, type)] = best;

    /// <summary>The bare model's items a second, of the best batch that lies ready.</summary>
    public async Task<double> BareRateAsync(string modality, string? type = null)
    {
        var best = await BestAsync(modality, type);
        return await Bare(type).RateAsync(modality, await PrepareAsync(modality, best.Items), Options.Window);
    }

    /// <summary>The same from encoded bytes.</summary>
    /// <param name="items">A batch; null for the best.</param>
    public async Task<double> DecodedRateAsync(string modality, int? items = null)
    {
        var count = items ?? (await BestAsync(modality)).Items;
        return await Bare().RateAsync(modality, () => PrepareAsync(modality, count), Options.Window);
    }

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
        if (_engine is not null) await _engine.DisposeAsync();
        foreach (var model in _bare.Values) model.Dispose();
        await _thread.DisposeAsync();
        Source.Dispose();
        _plugins.Dispose();
        _folder.Dispose();
    }

    /// <summary>Three times what callers that wait for their answers ever have in the queue.</summary>
    private async Task<TimeSpan> LongestWaitAsync()
    {
        var rates = new List<double>();
        foreach (var modality in Modalities) rates.Add((await BestAsync(modality)).Rate);
        return TimeSpan.FromSeconds(Math.Max(1, rates.Append(Load.Harmonic(rates)).Max(rate => 3 * Load.Saturating(rate, Options.Window).Callers / rate)));
    }

    private IPreprocessor Preprocessor(string modality)
    {
        lock (_preprocessors)
        {
            if (_preprocessors.TryGetValue(modality, out var known)) return known;
            var plugin = _plugins.Get(modality);
            return _preprocessors[modality] = plugin.CreatePreprocessor(Source.Modalities[modality].CompleteOptions(plugin));
        }
    }

    private string Generate(string size)
    {
        var path = Options.Kept ?? _folder["model"];
        ModelGenerator.Create(GeneratedModel.Read(RepositoryFolder.At($"models/recipes/{size}.json"), _plugins.Get), path);
        return path;
    }
}
