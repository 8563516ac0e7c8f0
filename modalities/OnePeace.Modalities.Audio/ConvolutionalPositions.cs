using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = OnePeace.Modalities.Layers.LayerNorm;

namespace OnePeace.Modalities.Audio;

/// <summary>Positions read off the frames by grouped convolutions, each with a LayerNorm without weights and GELU.</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>T</c> frames, <c>D</c> width.</remarks>
internal sealed class ConvolutionalPositions : nn.Module<Tensor, Tensor?, Tensor>
{
    private static readonly Scalar Zero = 0f.ToScalar();

    private readonly Block[] _blocks;

    public ConvolutionalPositions(long width, int depth, long kernel, long groups) : base(nameof(ConvolutionalPositions))
    {
        _blocks = [.. Enumerable.Range(0, depth).Select(_ => new Block(width, kernel, groups))];
        for (var i = 0; i < depth; i++)
            register_module($"{i + 1}", _blocks[i]);
    }

    /// <param name="frames"><c>[B, T, D]</c>.</param>
    /// <param name="padding">Frames to be kept out of every convolution, <c>[B, T]</c> bool, or null to let them in as the official code does.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public override Tensor forward(Tensor frames, Tensor? padding)
    {
        using var scope = NewDisposeScope();
        var hidden = padding?.unsqueeze(1);                                                          // [B, 1, T]
        var current = frames.transpose(1, 2);                                                        // [B, D, T]
        foreach (var block in _blocks)
            current = block.call(hidden is null ? current : current.masked_fill(hidden, Zero));
        return current.transpose(1, 2).MoveToOuterDisposeScope();
    }

    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _width;

        [ComponentName(Name = "0")]
        private readonly Convolution1d _convolution;

        public Block(long width, long kernel, long groups) : base(nameof(Block))
        {
            _width = [width];
            _convolution = new Convolution1d(width, width, kernel, padding: kernel / 2, groups: groups);
            RegisterComponents();
        }

        /// <summary><c>[B, D, T] -> [B, D, T]</c>; an even kernel makes one frame too many, which is cut off.</summary>
        public override Tensor forward(Tensor frames)
        {
            using var scope = NewDisposeScope();
            var mixed = _convolution.call(frames).narrow(2, 0, frames.size(2)).transpose(1, 2);     // [B, T, D]
            return nn.functional.gelu(nn.functional.layer_norm(mixed, _width)).transpose(1, 2).MoveToOuterDisposeScope();
        }
    }
}

/// <summary><see cref="ConvolutionalPositions"/> of normed frames (<c>conv_pos_pre_ln</c>).</summary>
internal sealed class NormedConvolutionalPositions : nn.Module<Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "0")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "1")]
    private readonly ConvolutionalPositions _positions;

    public NormedConvolutionalPositions(long width, ConvolutionalPositions positions) : base(nameof(NormedConvolutionalPositions))
    {
        _norm = new LayerNorm(width);
        _positions = positions;
        RegisterComponents();
    }

    public override Tensor forward(Tensor frames, Tensor? padding)
    {
        using var normed = _norm.call(frames);
        return _positions.call(normed, padding);
    }
}
