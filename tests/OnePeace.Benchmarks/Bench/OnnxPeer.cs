using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks.Bench;

/// <summary>A model in ONNX Runtime: one input, which a modality's first field is; one output, an embedding a row.</summary>
internal sealed class OnnxPeer : IDisposable
{
    public const string Name = "ONNX Runtime";

    private readonly InferenceSession _session;

    public OnnxPeer(string file, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        _session = new InferenceSession(file, options);
    }

    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>A loop over one batch that lies ready.</summary>
    /// <returns>Items a second.</returns>
    public double Rate(IReadOnlyList<PreparedInput> batch, TimeSpan window)
    {
        using var input = Stack(batch);
        using var run = new RunOptions();
        _session.Run(run, _session.InputNames, [input], _session.OutputNames).Dispose();
        var (start, rounds) = (Stopwatch.GetTimestamp(), 0);
        for (; Stopwatch.GetElapsedTime(start) < window; rounds++) _session.Run(run, _session.InputNames, [input], _session.OutputNames).Dispose();
        return rounds * batch.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>One vector an input.</summary>
    public float[][] Encode(IReadOnlyList<PreparedInput> batch)
    {
        using var input = Stack(batch);
        using var run = new RunOptions();
        using var outputs = _session.Run(run, _session.InputNames, [input], _session.OutputNames);
        var values = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        return [.. values.Chunk(values.Length / batch.Count)];
    }

    public void Dispose() => _session.Dispose();

    /// <summary>All inputs are equally long: the export knows no padding.</summary>
    private static OrtValue Stack(IReadOnlyList<PreparedInput> batch)
    {
        var (first, bytes) = (batch[0].Fields[0].Value, batch.SelectMany(input => input.Fields[0].Value.Bytes.ToArray()).ToArray());
        long[] shape = [batch.Count, .. first.Shape];
        return first.Type == ScalarType.Int64
            ? OrtValue.CreateTensorValueFromMemory(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), shape)
            : OrtValue.CreateTensorValueFromMemory(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), shape);
    }
}
