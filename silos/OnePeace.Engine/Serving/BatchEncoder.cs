using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Engine.Serving;

/// <summary>Runs the model on the jobs of one lane. On the device's thread.</summary>
internal sealed class BatchEncoder(OnePeaceModel model, Device device, ScalarType type)
{
    /// <summary>One vector <c>[D]</c> a job, on the host.</summary>
    public float[][] Encode(IReadOnlyList<EncodeJob> jobs) => DeviceThread.Infer(() =>
    {
        var parts = jobs[0].Parts.Count;
        var inputs = Enumerable.Range(0, parts).Select(part => new ModelInput(jobs[0].Parts[part].Modality,
            BatchAssembly.Stack([.. jobs.Select(job => job.Parts[part].Input)], device, type))).ToArray();
        var vectors = parts == 1 ? model.Embed(inputs[0].Modality, inputs[0].Batch) : model.EmbedJoint(inputs);   // [B, D]
        var values = vectors.to(ScalarType.Float32, CPU).data<float>().ToArray();
        return values.Chunk(values.Length / jobs.Count).ToArray();
    });
}
