using System.Text;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Serving;

/// <summary>A small modality for tests: each letter is a token; some words do harm.</summary>
internal sealed class WordModality : IModality
{
    /// <summary>The adaptor throws.</summary>
    public const string Poison = "POISON";

    /// <summary>The adaptor makes a vector of NaN.</summary>
    public const string NotANumber = "NAN";

    /// <summary>The adaptor asks for more memory than there is.</summary>
    public const string Greedy = "GREEDY";

    /// <summary>The preprocessor refuses it.</summary>
    public const string Unusable = "UNUSABLE";

    /// <summary>The preprocessor throws something it should not.</summary>
    public const string Bug = "BUG";

    public string Name { get; init; } = "word";

    public IReadOnlyList<string> MediaTypes => ["text/plain"];

    /// <summary>Runs at the start of every forward pass, on the device thread.</summary>
    public Action<long>? OnForward { get; set; }

    /// <summary>Runs whenever its weights are loaded, on the thread that loads them.</summary>
    public Action? OnLoad { get; set; }

    /// <summary>Runs whenever its weights are freed.</summary>
    public Action? OnFree { get; set; }

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new Letters();

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options)
    {
        OnLoad?.Invoke();
        return new Adaptor(shape, batch => OnForward?.Invoke(batch), () => OnFree?.Invoke());
    }

    private sealed class Letters : IPreprocessor
    {
        public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
        {
            var word = Encoding.UTF8.GetString(input.Bytes.Span);
            if (word == Unusable) throw new InvalidInputException(InputFault.TooLarge, "The word is too large.");
            if (word == Bug) throw new InvalidOperationException("/secret/path");
            long[] letters = word switch { Poison => [-1], NotANumber => [-2], Greedy => [-4], _ => [.. word.Select(c => (long)c % 64)] };
            return ValueTask.FromResult(new PreparedInput([new InputField("letters", HostTensor.Create(letters, letters.Length), -3)], letters.Length + 1));
        }
    }

    private sealed class Adaptor : ModalityAdaptor, IInitialised
    {
        private readonly Action<long> _onForward;
        private readonly Action _onFree;
        private readonly Modalities.Layers.Embedding _letters;

        public Adaptor(CoreShape shape, Action<long> onForward, Action onFree) : base(nameof(Adaptor))
        {
            (_onForward, _onFree) = (onForward, onFree);
            _letters = new(65, shape.Width);   // the last is CLS
            RegisterComponents();
        }

        public void Initialise(Generator generator) { }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _onFree();
            base.Dispose(disposing);
        }

        public override Tokens forward(ModalityBatch batch)
        {
            var letters = batch["letters"];
            _onForward(letters.shape[0]);
            if (letters.eq(-1).any().item<bool>()) throw new InvalidOperationException("A poisonous word.");
            if (letters.eq(-4).any().item<bool>()) using (empty(1L << 50)) { }
            var cls = full(letters.shape[0], 1, 64, ScalarType.Int64);
            var embedded = _letters.call(cat([cls, letters.clamp(0)], 1));                     // [B, L, D]
            var poisoned = letters.eq(-2).any(1).view(-1, 1, 1);                               // [B, 1, 1]
            return new Tokens(embedded.masked_fill(poisoned, float.NaN), cat([zeros_like(cls).to(ScalarType.Bool), letters.eq(-3)], 1), []);
        }
    }
}
