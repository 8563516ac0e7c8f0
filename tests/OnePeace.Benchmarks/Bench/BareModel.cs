using System.Diagnostics;
using System.Runtime.InteropServices;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;
using OnePeace.Modalities;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks.Bench;

/// <summary>The model with nothing around it: a plain loop on one thread, which is what the platform is measured against.</summary>
internal sealed class BareModel(DeviceThread thread, OnePeaceModel model, ScalarType type) : IDisposable
{
    /// <summary>A loop over one batch that lies ready.</summary>
    /// <returns>Items a second.</returns>
    public Task<double> RateAsync(string modality, IReadOnlyList<PreparedInput> batch, TimeSpan window) => thread.InferAsync(() =>
    {
        var fields = Stack(batch);
        Forward(modality, fields);
        var (start, rounds) = (Stopwatch.GetTimestamp(), 0);
        for (; Stopwatch.GetElapsedTime(start) < window; rounds++) Forward(modality, fields);
        return rounds * batch.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    });

    /// <summary>A loop over batches whose inputs are decoded one batch ahead, on another thread.</summary>
    /// <returns>Items a second.</returns>
    public async Task<double> RateAsync(string modality, Func<Task<IReadOnlyList<PreparedInput>>> prepare, TimeSpan window)
    {
        var next = Task.Run(prepare);
        await EncodeAsync(modality, await next);
        next = Task.Run(prepare);
        var (start, items) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(start) < window)
        {
            var batch = await next;
            next = Task.Run(prepare);
            items += (await EncodeAsync(modality, batch)).Length;
        }
        var rate = items / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await next;
        return rate;
    }

    /// <summary>One vector an input.</summary>
    public Task<float[][]> EncodeAsync(string modality, IReadOnlyList<PreparedInput> batch) => thread.InferAsync(() =>
    {
        using var vectors = model.Embed(modality, new ModalityBatch(Stack(batch)));   // [B, D]
        using var single = vectors.to(ScalarType.Float32).contiguous();
        return MemoryMarshal.Cast<byte, float>(single.bytes).ToArray().Chunk((int)single.size(1)).ToArray();
    });

    public void Dispose() => model.Dispose();

    private Dictionary<string, Tensor> Stack(IReadOnlyList<PreparedInput> batch) =>
        BatchAssembly.Stack(batch).ToDictionary(field => field.Key, field => field.Value.dtype == ScalarType.Float32 ? field.Value.to(type) : field.Value);

    private void Forward(string modality, Dictionary<string, Tensor> fields)
    {
        using var scope = NewDisposeScope();
        model.Embed(modality, new ModalityBatch(fields));
    }
}
