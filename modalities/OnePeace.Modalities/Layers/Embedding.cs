using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>A table of vectors by id, int64 <c>[...] -> [..., D]</c>.</summary>
public sealed class Embedding : nn.Module<Tensor, Tensor>, IInitialised
{
    private readonly bool _startsAtZero;
    private readonly long? _paddingIndex;
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    /// <param name="count">How many rows.</param>
    /// <param name="width">D.</param>
    /// <param name="paddingIndex">A row that starts at zero, or null.</param>
    /// <param name="startsAtZero">All rows start at zero (relative position tables).</param>
    public Embedding(long count, long width, long? paddingIndex = null, bool startsAtZero = false) : base(nameof(Embedding))
    {
        _paddingIndex = paddingIndex;
        _startsAtZero = startsAtZero;
        _weight = new Parameter(empty(count, width));
        RegisterComponents();
    }

    public Tensor Weight => _weight;

    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return _weight.index_select(0, ids.flatten()).view([.. ids.Sizes(), _weight.size(1)]).MoveToOuterDisposeScope();   // [..., D]
    }

    public void Initialise(Generator generator)
    {
        if (_startsAtZero)
        {
            _weight.zero_();
            return;
        }
        Initialisation.TruncatedNormal(_weight, generator);
        if (_paddingIndex is { } row)
        {
            using var padding = _weight[row];
            padding.zero_();
        }
    }
}
