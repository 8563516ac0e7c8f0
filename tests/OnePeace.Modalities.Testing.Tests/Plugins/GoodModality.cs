using OnePeace.Modalities.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Tests.Plugins;

/// <summary>Beats: bytes below 128, one token each. It holds to everything; the others change one thing of it.</summary>
public class GoodModality : IModality
{
    public const string ModalityName = "beats";

    public string Name => ModalityName;

    public virtual IReadOnlyList<string> MediaTypes => ["application/x-beats"];

    public virtual ModalityOptions CompleteOptions(ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes) => options;

    public virtual IPreprocessor CreatePreprocessor(ModalityOptions options) => new GoodPreprocessor();

    public virtual ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new GoodAdaptor(shape);

    public virtual void UpgradeWeights(IDictionary<string, Tensor> weights, CoreShape shape, ModalityOptions options) { }
}

/// <summary>Fields: <c>beats</c> <c>[T, 1]</c>, from -1 to 1; <c>padding_mask</c>.</summary>
public class GoodPreprocessor : IPreprocessor
{
    public const int Most = 64;

    public virtual ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = input.Bytes.Span;
        if (bytes.Length is 0 or > Most) throw new InvalidInputException(InputFault.Unusable, $"Beats have 1 to {Most} bytes, but {bytes.Length} came: send fewer.");
        if (bytes.ContainsAnyExceptInRange<byte>(0, 127)) throw new InvalidInputException(InputFault.Malformed, "Beats are bytes below 128, but others came: correct them.");
        return ValueTask.FromResult(Prepare(bytes));
    }

    protected static PreparedInput Prepare(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (bytes[i] / 64f) - 1;
        var beats = new InputField("beats", HostTensor.Create(values, values.Length, 1));
        return new PreparedInput([beats, LineAdaptor.PaddingMask(values.Length + 1)], values.Length + 1);
    }
}

/// <summary>Shapes: <c>B</c> batch, <c>T</c> beats, <c>D</c> width.</summary>
public class GoodAdaptor : LineAdaptor
{
    private static readonly ModalityOptions Options = new ModalityOptions().With("use_attn_bias", true).With("layernorm_embedding", true);

    [ComponentName(Name = "embed_beats")] private readonly Linear _beats;

    public GoodAdaptor(CoreShape shape) : base(nameof(GoodAdaptor), shape, Options, GoodPreprocessor.Most + 1)
    {
        _beats = new Linear(1, shape.Width);
        RegisterComponents();
    }

    protected override Tensor Features(ModalityBatch batch) => _beats.call(batch["beats"]);   // [B, T, D]
}
