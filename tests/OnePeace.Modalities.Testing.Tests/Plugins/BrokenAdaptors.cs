using System.Collections.Concurrent;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Tests.Plugins;

/// <summary>Adaptors with one fault each.</summary>
public abstract class BrokenAdaptor(Func<CoreShape, ModalityAdaptor> create) : GoodModality
{
    public override ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => create(shape);
}

/// <summary>Its bias has one head, where the core has several.</summary>
public class OneHeadedBias() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        public override Tokens forward(ModalityBatch batch)
        {
            var tokens = base.forward(batch);
            return tokens with { Biases = [.. tokens.Biases.Select(bias => bias.mean([1], keepdim: true))] };
        }
    }
}

/// <summary>It hides padding in its biases, and says that there is none.</summary>
public class HidesPaddingItself() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        public override Tokens forward(ModalityBatch batch)
        {
            if (batch.Preserved is not null) return base.forward(batch);
            var (embeddings, padding, biases) = base.forward(batch);
            var hidden = padding.unsqueeze(1).unsqueeze(1);                                                          // [B, 1, 1, L]
            return new(embeddings, zeros_like(padding), [.. biases.Select(bias => bias.masked_fill(hidden, float.NegativeInfinity))]);
        }
    }
}

/// <summary>Every token sees the mean of its sample, padding included.</summary>
public class SeesPadding() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        public override Tokens forward(ModalityBatch batch)
        {
            var tokens = base.forward(batch);
            return tokens with { Embeddings = tokens.Embeddings + batch["beats"].mean([1], keepdim: true) * tokens.Embeddings.roll(1, 2) };
        }
    }
}

/// <summary>A parameter that nothing uses.</summary>
public class UnusedParameter() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor : GoodAdaptor
    {
        [ComponentName(Name = "left_over")] private readonly Layers.Linear _leftOver;

        public Adaptor(CoreShape shape) : base(shape)
        {
            _leftOver = new Layers.Linear(1, 1);
            register_module("left_over", _leftOver);
        }
    }
}

/// <summary>What it makes of the input is detached.</summary>
public class DetachedTokens() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        public override Tokens forward(ModalityBatch batch)
        {
            var tokens = base.forward(batch);
            return tokens with { Embeddings = tokens.Embeddings.detach() };
        }
    }
}

/// <summary>Weights of a layer of torch's own, which no seed governs.</summary>
public class UnseededWeights() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor : GoodAdaptor
    {
        private readonly TorchSharp.Modules.Linear _mix;

        public Adaptor(CoreShape shape) : base(shape)
        {
            _mix = nn.Linear(shape.Width, shape.Width);
            register_module("mix", _mix);
        }

        public override Tokens forward(ModalityBatch batch)
        {
            var tokens = base.forward(batch);
            return tokens with { Embeddings = tokens.Embeddings + _mix.call(tokens.Embeddings) };
        }
    }
}

/// <summary>Preserved features come back one place too late.</summary>
public class RestoresElsewhere() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        public override Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken)
        {
            var tokens = base.Restore(batch, preserved, maskToken);
            return tokens with { Embeddings = tokens.Embeddings.roll(1, 1) };
        }
    }
}

/// <summary>With a decoder's side, but all tokens whatever is preserved.</summary>
public class IgnoresPreserved() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        public override Tokens forward(ModalityBatch batch) => base.forward(new ModalityBatch(new Dictionary<string, Tensor> { ["beats"] = batch["beats"], ["padding_mask"] = batch["padding_mask"] }));
    }
}

/// <summary>Adds a large number and subtracts it again.</summary>
public class LosesDigits() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        public override Tokens forward(ModalityBatch batch)
        {
            var tokens = base.forward(batch);
            return tokens with { Embeddings = tokens.Embeddings + 1000f - 1000f };
        }
    }
}

/// <summary>Remembers what it made.</summary>
public class KeepsTensors() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        private readonly ConcurrentBag<Tensor> _kept = [];

        public override Tokens forward(ModalityBatch batch)
        {
            var tokens = base.forward(batch);
            _kept.Add(tokens.Embeddings.mean().DetachFromDisposeScope());
            return tokens;
        }
    }
}

/// <summary>A forward pass keeps what it is at in a field, and finds there what another has kept meanwhile.</summary>
public class SharesAPass() : BrokenAdaptor(shape => new Adaptor(shape))
{
    private sealed class Adaptor(CoreShape shape) : GoodAdaptor(shape)
    {
        private int _passes;

        public override Tokens forward(ModalityBatch batch)
        {
            var pass = Interlocked.Increment(ref _passes);
            Thread.Sleep(2);
            var tokens = base.forward(batch);
            return pass == Volatile.Read(ref _passes) ? tokens : tokens with { Embeddings = tokens.Embeddings.roll(1, 1) };
        }
    }
}
