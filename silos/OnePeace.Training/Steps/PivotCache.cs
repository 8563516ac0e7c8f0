using OnePeace.Engine.Batching;
using OnePeace.Modalities;
using OnePeace.Training.Data;
using OnePeace.Training.Models;
using OnePeace.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Steps;

/// <summary>A frozen pivot's unit vectors by content, computed once, each alone: so that no bit depends on which batch asked first, or on a restart.</summary>
/// <param name="model">Whose pivot.</param>
/// <param name="budgetBytes">The most memory that vectors take; the oldest go.</param>
internal sealed class PivotCache(TrainingModel model, long budgetBytes)
{
    private const int OverheadBytes = 300;   // of an entry: its key, and its places in both collections

    private readonly Dictionary<string, float[]> _vectors = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly int _capacity = (int)Math.Clamp(budgetBytes / ((sizeof(float) * model.Core.Shape.Width) + OverheadBytes), 1, 1 << 24);

    public long Hits { get; private set; }

    public long Misses { get; private set; }

    /// <summary>Vectors of inputs, <c>[B, D]</c> on the model's device, owned by the caller's dispose scope.</summary>
    public Tensor Get(PreparedPairs pairs)
    {
        var width = model.Core.Shape.Width;
        var values = new float[pairs.Size * width];
        for (var i = 0; i < pairs.Size; i++) Get(pairs.PivotKeys[i], pairs.Pivot.Inputs[i]).CopyTo(values, i * width);
        return tensor(values, [pairs.Size, width], device: model.Device).to(model.DataType);
    }

    private float[] Get(string key, PreparedInput input)
    {
        if (_vectors.TryGetValue(key, out var known))
        {
            Hits++;
            return known;
        }
        Misses++;
        var vector = Compute(input);
        if (_order.Count == _capacity) _vectors.Remove(_order.Dequeue());
        _order.Enqueue(key);
        return _vectors[key] = vector;
    }

    private float[] Compute(PreparedInput input)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var batch = BatchAssembly.Stack([input], model.Device, model.DataType);
        var trains = model.Pivot.training;
        model.Pivot.eval();
        var vector = Embeddings.Of(model.StillCore, [new SegmentInput(model.Pivot, batch)]).to(ScalarType.Float32).cpu().data<float>().ToArray();
        model.Pivot.train(trains);
        return vector;
    }
}
