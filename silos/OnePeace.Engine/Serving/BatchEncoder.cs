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
    /// <param name="jobs">At least one.</param>
    /// <param name="pause">Comes between two layers: other work may be done there, on the same thread.</param>
    public float[][] Encode(IReadOnlyList<EncodeJob> jobs, Action? pause = null) => DeviceThread.Infer(() =>
    {
        var segments = jobs[0].Parts.Select((part, i) => new SegmentInput(Module(part), BatchAssembly.Stack([.. jobs.Select(job => job.Parts[i].Input)], device, type))).ToArray();
        var vectors = Embeddings.Of(core, segments, pause);   // [B, D]
        var values = MemoryMarshal.Cast<byte, float>(Unit(vectors).bytes);
        var rows = new float[jobs.Count][];
        for (var job = 0; job < rows.Length; job++) rows[job] = values.Slice(job * core.Shape.Width, core.Shape.Width).ToArray();
        return rows;
    });

    /// <summary>In float32 on the host; what was made of length 1 in a narrower type is so only to a few thousandths.</summary>
    internal static Tensor Unit(Tensor vectors)
    {
        var wide = vectors.to(ScalarType.Float32, CPU);
        return (vectors.dtype == ScalarType.Float32 ? wide : nn.functional.normalize(wide, dim: -1, eps: 1e-12)).contiguous();
    }

    private static ModalityModule Module(PreparedPart part) =>
        part.Version.Seat.Module ?? throw new InvalidOperationException($"The weights of '{part.Version.Name}' are not on the device.");
}
