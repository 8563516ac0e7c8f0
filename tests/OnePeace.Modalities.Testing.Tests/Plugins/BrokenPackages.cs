using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Tests.Plugins;

/// <summary>One media type is named twice.</summary>
public class NamesATypeTwice : GoodModality
{
    public override IReadOnlyList<string> MediaTypes => ["application/x-beats", "application/x-beats"];
}

/// <summary>It never goes: an event of the process keeps it.</summary>
public class StaysForEver : GoodModality
{
    public StaysForEver() => AppDomain.CurrentDomain.ProcessExit += OnExit;

    private void OnExit(object? sender, EventArgs arguments) => GC.KeepAlive(this);
}

/// <summary>Every time that weights are loaded they change.</summary>
public class ScalesWeights : GoodModality
{
    public override void UpgradeWeights(IDictionary<string, Tensor> weights, CoreShape shape, ModalityOptions options)
    {
        foreach (var name in weights.Keys.Where(name => name.StartsWith("adapter.embed_beats", StringComparison.Ordinal)).ToList())
            weights[name] = weights[name].mul(1.0001f);
    }
}

/// <summary>Completed options are not complete: each time they ask for a larger weight.</summary>
public class GrowsWithEachLoad : GoodModality
{
    public override ModalityOptions CompleteOptions(ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes) => options.With("rows", options.Int32("rows", 0) + 1);

    public override ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new Adaptor(shape, options.Int32("rows", 1));

    private sealed class Adaptor : GoodAdaptor
    {
        private readonly Layers.Linear _more;

        public Adaptor(CoreShape shape, int rows) : base(shape)
        {
            _more = new Layers.Linear(rows, shape.Width, withBias: false);
            register_module("more", _more);
        }

        public override Tokens forward(ModalityBatch batch)
        {
            var tokens = base.forward(batch);
            return tokens with { Embeddings = tokens.Embeddings + _more.parameters().First().sum([1]) };
        }
    }
}
