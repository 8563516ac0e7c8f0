using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Heads;

/// <summary>Pools tokens into one vector by attention from a learned query per head; scores are not divided by sqrt(d).</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>L</c> tokens, <c>D</c> width, <c>H</c> heads, <c>d</c> = D / H.</remarks>
public sealed class MultiheadAttentionPooling : nn.Module<Tensor, Tensor, Tensor>, IInitialised
{
    private static readonly Scalar MinusInfinity = float.NegativeInfinity.ToScalar();

    private readonly int _heads;

    [ComponentName(Name = "q")]
    private readonly Parameter _query;

    [ComponentName(Name = "k_proj")]
    private readonly Linear _key;

    [ComponentName(Name = "v_proj")]
    private readonly Linear _value;

    [ComponentName(Name = "out_proj")]
    private readonly Linear _output;

    public MultiheadAttentionPooling(long width, int heads) : base(nameof(MultiheadAttentionPooling))
    {
        _heads = heads;
        _query = new Parameter(empty(1, 1, heads, width / heads));
        _key = new Linear(width, width, withBias: false);
        _value = new Linear(width, width);
        _output = new Linear(width, width);
        RegisterComponents();
    }

    /// <param name="tokens"><c>[B, L, D]</c>.</param>
    /// <param name="padding"><c>[B, L]</c> bool, true where there is nothing.</param>
    /// <returns><c>[B, D]</c>.</returns>
    public override Tensor forward(Tensor tokens, Tensor padding)
    {
        using var scope = NewDisposeScope();
        var query = _query.view(1, _heads, 1, -1);                                                  // [1, H, 1, d]
        var scores = query.matmul(Split(_key.call(tokens)).transpose(2, 3));                        // [B, H, 1, L]
        scores = scores.masked_fill(padding.view(padding.size(0), 1, 1, -1), MinusInfinity);
        var pooled = scores.softmax(-1).matmul(Split(_value.call(tokens)));                         // [B, H, 1, d]
        return _output.call(pooled.reshape(tokens.size(0), tokens.size(2))).MoveToOuterDisposeScope();
    }

    public void Initialise(Generator generator) => Initialisation.TruncatedNormal(_query, generator);

    private Tensor Split(Tensor tokens) => tokens.view(tokens.size(0), tokens.size(1), _heads, -1).transpose(1, 2);   // [B, H, L, d]
}
