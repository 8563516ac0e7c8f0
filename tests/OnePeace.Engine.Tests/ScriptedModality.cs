using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests;

/// <summary>A modality for tests: its input is one byte, the value of its only feature; some values misbehave on purpose.</summary>
internal sealed class ScriptedModality(string name = "script") : IModality
{
    /// <summary>The adaptor throws on a batch that holds it.</summary>
    public const byte Poison = 66;

    /// <summary>The adaptor makes no finite token of it.</summary>
    public const byte NotFinite = 67;

    /// <summary>The preprocessor refuses it.</summary>
    public const byte Unusable = 68;

    public string Name => name;

    public IReadOnlyList<string> MediaTypes => ["application/octet-stream"];

    /// <summary>Batches whose adaptor waits until this is set.</summary>
    public ManualResetEventSlim Gate { get; } = new(initialState: true);

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new Preprocessor();

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new Adaptor(shape, Gate);

    private sealed class Preprocessor : IPreprocessor
    {
        public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
        {
            var value = input.Bytes.Span[0];
            if (value == Unusable) throw new InvalidInputException(InputFault.Unusable, "This value is not usable.");
            return ValueTask.FromResult(new PreparedInput([new InputField("value", HostTensor.Create(new[] { (float)value }, 1))], Tokens: 2));
        }
    }

    private sealed class Adaptor : ModalityAdaptor
    {
        private readonly Linear _embedding;
        private readonly ManualResetEventSlim _gate;

        public Adaptor(CoreShape shape, ManualResetEventSlim gate) : base(nameof(Adaptor))
        {
            _gate = gate;
            _embedding = new Linear(1, shape.Width);
            RegisterComponents();
        }

        public override Tokens forward(ModalityBatch batch)
        {
            _gate.Wait();
            using var scope = NewDisposeScope();
            var values = batch["value"];                                                      // [B, 1]
            if (values.data<float>().Contains(Poison)) throw new InvalidOperationException("poison");
            if (values.data<float>().Contains(NotFinite)) values = values.masked_fill(values.eq(NotFinite), float.NaN);
            var token = _embedding.call(values).unsqueeze(1);                                 // [B, 1, D]
            var mask = zeros([values.shape[0], 2], ScalarType.Bool);
            return new Tokens(cat([token, token], 1).MoveToOuterDisposeScope(), mask.MoveToOuterDisposeScope(), []);
        }
    }
}
