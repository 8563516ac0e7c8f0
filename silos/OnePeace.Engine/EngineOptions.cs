using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Residency;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers.Packing;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine;

/// <summary>How an engine runs; the defaults fit a machine with one device.</summary>
public sealed record EngineOptions
{
    /// <summary>The most that may be asked for of <see cref="Slots"/>, of <see cref="TorchThreads"/>, and of both multiplied: a process that cannot start another thread ends.</summary>
    public const int MostSlots = 256;

    private const long LeastResultCache = 1_000_000;

    /// <summary><c>cpu</c>, <c>cuda:0</c>, or <c>auto</c>: the first GPU if there is one.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>
    /// <c>float32</c>, <c>bfloat16</c>, or <c>auto</c>: bfloat16 on a GPU; on a CPU what <see cref="CpuDataType"/> measures, and float32 with <see cref="Deterministic"/>.
    /// <c>int8</c>: experts in int8 on a CPU that multiplies it, and the rest as <c>auto</c>.
    /// </summary>
    public string DataType { get; init; } = "auto";

    /// <summary>How many batches are computed at once, each on a thread of its own; 0: as <see cref="DeviceSlots"/> says.</summary>
    public int Slots { get; init; }

    /// <summary>Threads that torch uses inside one slot; 0: as <see cref="DeviceSlots"/> says.</summary>
    public int TorchThreads { get; init; }

    /// <summary>
    /// Whether training may compute beside serving, to which a processor is left: where a batch's threads have to wait for one another and one of
    /// them for a processor, the batch takes many times as long.
    /// </summary>
    public bool LeavesProcessorToTraining { get; init; }

    /// <summary>Whether every input is computed alone, on one torch thread: a vector is the same to the bit whatever else is asked for, and costs more.</summary>
    public bool Deterministic { get; init; }

    /// <summary>How many bytes of vectors are kept for those who let their results be kept; 0: none.</summary>
    public long ResultCacheBytes { get; init; }

    /// <summary>How many inputs of one modality are prepared at once; 0: as many as there are processors.</summary>
    public int PreprocessingParallelism { get; init; }

    /// <summary>The most parts that one request may hold, over all its items.</summary>
    public int MaxItems { get; init; } = 2048;

    /// <summary>The longest joint sequence: attention costs memory by its square.</summary>
    public int MaxJointTokens { get; init; } = 2048;

    /// <summary>How long a request may take that names no deadline.</summary>
    public TimeSpan DefaultDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A batch that takes longer has a plugin in it that does not return: the device is given up, and the process should end.</summary>
    public TimeSpan LongestBatch { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Where modality packages come from; null takes none.</summary>
    public PackageHostOptions? Packages { get; init; }

    /// <summary>How much of the device's memory modalities may take.</summary>
    public ResidencyOptions Residency { get; init; } = new();

    /// <summary>Bounds of the queue and of a batch.</summary>
    public BatchLimits Batches { get; init; } = new();

    /// <summary>Whether the device is there and the type is known, so that a mistake is found before anything is started.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    /// <exception cref="EngineUnavailableException">torch cannot be loaded.</exception>
    public void Check()
    {
        if (ResultCacheBytes is > 0 and < LeastResultCache)
            throw new ArgumentException($"The result cache must be 0 or at least 1MB, but is {ResultCacheBytes} bytes: a number without a unit is bytes.", nameof(ResultCacheBytes));
        if ((long)Slots * TorchThreads > MostSlots)
            throw new ArgumentException($"Slots times torch threads may be at most {MostSlots}, but {Slots} slots of {TorchThreads} are {Slots * TorchThreads} threads, and this machine has {Environment.ProcessorCount} processors: leave both out, and they fit it.", nameof(Slots));
        if (Deterministic && TorchThreads > 1)
            throw new ArgumentException($"Deterministic vectors are computed on one torch thread a slot, but {TorchThreads} were asked for: leave them out, and ask for slots instead.", nameof(TorchThreads));
        TorchRuntime.EnsureLoaded();
        ResolvePrecision(ResolveDevice(), null);
    }

    /// <summary>Whether all of a model's modalities fit into <see cref="Residency"/>; nothing is loaded.</summary>
    /// <exception cref="InvalidDataException">They do not: what they take, and what there is.</exception>
    /// <inheritdoc cref="Check" path="/exception"/>
    public void CheckRoom(ModelSource model)
    {
        if (Residency.BudgetBytes <= 0) return;
        TorchRuntime.EnsureLoaded();
        ModelRoom.Check(model.Choose(null), ResolvePrecision(ResolveDevice(), model.Shape).Type, Residency);
    }

    /// <exception cref="ArgumentException">No such device, or it is not there.</exception>
    internal Device ResolveDevice()
    {
        if (Device == "auto") return new Device(cuda.is_available() ? "cuda:0" : "cpu");
        if (Device == "cpu") return CPU;
        if (!Device.StartsWith("cuda", StringComparison.Ordinal))
            throw new ArgumentException($"The device must be 'auto', 'cpu' or 'cuda:N', but is '{Device}'.", nameof(Device));
        if (!cuda.is_available())
            throw new ArgumentException($"The device '{Device}' was asked for, but torch finds no GPU: build with -p:TorchBackend=cuda and check the driver, or use 'cpu'.", nameof(Device));
        return new Device(Device == "cuda" ? "cuda:0" : Device);
    }

    /// <summary>What <see cref="DataType"/> means there.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="shape">Of the core; null where it is not known yet, and only a mistake is looked for.</param>
    /// <exception cref="ArgumentException">No such type, or it is not there.</exception>
    public Precision ResolvePrecision(Device device, CoreShape? shape) => ResolvePrecision(device, shape, () => Quantisation.Refusal);

    /// <inheritdoc cref="ResolvePrecision(Device, CoreShape?)"/>
    /// <param name="refusal">As <see cref="Quantisation.Refusal"/>.</param>
    internal Precision ResolvePrecision(Device device, CoreShape? shape, Func<string?> refusal) => DataType switch
    {
        "auto" when device.type == DeviceType.CUDA => ScalarType.BFloat16,
        "auto" => OnCpu(shape),
        "int8" when device.type == DeviceType.CUDA => throw new ArgumentException($"The data type 'int8' is computed on a CPU, but the device is '{device}': use 'auto', or the device 'cpu'.", nameof(DataType)),
        "int8" => refusal() is { } reason
            ? throw new ArgumentException($"The data type 'int8' was asked for, but cannot be used here: {reason.TrimEnd('.')}. Use 'auto'.", nameof(DataType))
            : new Precision(OnCpu(shape), QuantisesExperts: true),
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        _ => throw new ArgumentException($"The data type must be 'auto', 'float32', 'bfloat16' or 'int8', but is '{DataType}'.", nameof(DataType)),
    };

    /// <summary>See <see cref="CpuDataType.Slowness(ScalarType, bool)"/>; a GPU has no such reason.</summary>
    internal string? Slowness(Device device, ScalarType type, CoreShape shape) =>
        device.type == DeviceType.CPU ? CpuDataType.Slowness(type, DataType is "auto" or "int8" && !Deterministic && CpuDataType.IsMeasuredFor(shape)) : null;

    private ScalarType OnCpu(CoreShape? shape) => shape is null || Deterministic ? ScalarType.Float32 : CpuDataType.For(shape);

    internal int ResolvePreprocessing() => PreprocessingParallelism > 0 ? PreprocessingParallelism : Environment.ProcessorCount;
}
