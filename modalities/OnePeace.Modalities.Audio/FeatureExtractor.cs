using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = OnePeace.Modalities.Layers.LayerNorm;
using Linear = OnePeace.Modalities.Layers.Linear;

namespace OnePeace.Modalities.Audio;

/// <summary>Turns a waveform into frames: convolutions, each with a LayerNorm over channels and GELU; then LayerNorm and a linear.</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>S</c> samples, <c>C</c> channels, <c>T</c> frames, <c>D</c> width.</remarks>
internal sealed class FeatureExtractor : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "0")]
    private readonly ConvolutionStack _stack;

    [ComponentName(Name = "2")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "3")]
    private readonly Linear _output;

    public FeatureExtractor(IReadOnlyList<Convolution> layers, bool withBias, long width) : base(nameof(FeatureExtractor))
    {
        _stack = new ConvolutionStack(layers, withBias);
        _norm = new LayerNorm(layers[^1].Channels);
        _output = new Linear(layers[^1].Channels, width);
        RegisterComponents();
    }

    /// <param name="waveform"><c>[B, S]</c>.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public override Tensor forward(Tensor waveform)
    {
        using var scope = NewDisposeScope();
        // On a CPU clip by clip: the activations of one (512 x 16,000 for 5 s) stay in the caches, those of a batch do not.
        Tensor[] clips = waveform.device.type == DeviceType.CPU ? waveform.split(1, 0) : [waveform];
        return cat([.. clips.Select(Extract)], 0).MoveToOuterDisposeScope();                 // [B, T, D]
    }

    private Tensor Extract(Tensor waveform)
    {
        using var scope = NewDisposeScope();
        var frames = _stack.MapsFrames && waveform.size(0) == 1
            ? _stack.MapFrames(waveform.view(-1, 1)).unsqueeze(0)
            : _stack.call(waveform.unsqueeze(1)).transpose(1, 2);                            // [B, T, C]
        return _output.call(_norm.call(frames)).MoveToOuterDisposeScope();                   // [B, T, D]
    }

    private sealed class ConvolutionStack : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "conv_layers")]
        private readonly ModuleList<Block> _blocks;

        public ConvolutionStack(IReadOnlyList<Convolution> layers, bool withBias) : base(nameof(ConvolutionStack))
        {
            _blocks = new([.. layers.Select((layer, i) => new Block(i == 0 ? 1 : layers[i - 1].Channels, layer, withBias))]);
            RegisterComponents();
        }

        public bool MapsFrames => _blocks.All(block => block.MapsFrames);

        public override Tensor forward(Tensor signal) => Through(signal, (block, current) => block.call(current));

        /// <summary>The same over one signal, <c>[S, 1] -> [T, C]</c>.</summary>
        public Tensor MapFrames(Tensor signal) => Through(signal, (block, current) => block.MapFrames(current));

        private Tensor Through(Tensor signal, Func<Block, Tensor, Tensor> step)
        {
            var current = signal.alias();
            foreach (var block in _blocks)
            {
                using var previous = current;
                current = step(block, previous);
            }
            return current;
        }
    }

    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "0")]
        private readonly Convolution1d _convolution;

        [ComponentName(Name = "2")]
        private readonly ChannelNorm _norm;

        public Block(int inputs, Convolution layer, bool withBias) : base(nameof(Block))
        {
            _convolution = new Convolution1d(inputs, layer.Channels, layer.Kernel, layer.Stride, withBias: withBias);
            _norm = new ChannelNorm(layer.Channels);
            RegisterComponents();
        }

        public override Tensor forward(Tensor signal)
        {
            using var scope = NewDisposeScope();
            return nn.functional.gelu(_norm.call(_convolution.call(signal))).MoveToOuterDisposeScope();
        }

        public bool MapsFrames => _convolution.MapsFrames;

        /// <summary>The same over one signal, <c>[T, In] -> [T', C]</c>.</summary>
        public Tensor MapFrames(Tensor frames)
        {
            using var scope = NewDisposeScope();
            return nn.functional.gelu(_norm.NormFrames(_convolution.MapFrames(frames)), inplace: true).MoveToOuterDisposeScope();
        }
    }

    /// <summary>LayerNorm over channels, <c>[B, C, T] -> [B, C, T]</c>.</summary>
    private sealed class ChannelNorm : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "1")]
        private readonly LayerNorm _norm;

        public ChannelNorm(long channels) : base(nameof(ChannelNorm))
        {
            _norm = new LayerNorm(channels);
            RegisterComponents();
        }

        public override Tensor forward(Tensor signal)
        {
            using var scope = NewDisposeScope();
            return _norm.call(signal.transpose(1, 2)).transpose(1, 2).MoveToOuterDisposeScope();
        }

        /// <summary>The same of frames one after the other, <c>[T, C] -> [T, C]</c>.</summary>
        public Tensor NormFrames(Tensor frames) => _norm.call(frames);
    }
}
