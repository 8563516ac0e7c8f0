using System.Runtime.InteropServices;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Engine.Serving;

/// <summary>Runs the core and the jobs' own modalities on the jobs of one lane. On a device's thread, or a loader's for canaries.</summary>
internal sealed class BatchEncoder(TransformerCore core, Device device, ScalarType type)
{
    /// <summary>One vector <c>[D]</c> a job, on the host.</summary>
    public float[][] Encode(IReadOnlyList<EncodeJob> jobs) => DeviceThread.Infer(() =>
    {
        var segments = jobs[0].Parts.Select((part, i) => new SegmentInput(Module(part), BatchAssembly.Stack([.. jobs.Select(job => job.Parts[i].Input)], device, type))).ToArray();
        var vectors = Embeddings.Of(core, segments);   // [B, D]
        var values = MemoryMarshal.Cast<byte, float>(vectors.to(ScalarType.Float32, CPU).contiguous().bytes);
        var rows = new float[jobs.Count][];
        for (var job = 0; job < rows.Length; job++) rows[job] = values.Slice(job * core.Shape.Width, core.Shape.Width).ToArray();
        return rows;
    });

    private static ModalityModule Module(PreparedPart part) =>
        part.Version.Seat.Module ?? throw new InvalidOperationException($"The weights of '{part.Version.Name}' are not on the device.");
}
