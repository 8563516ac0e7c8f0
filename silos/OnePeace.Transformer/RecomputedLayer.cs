using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>One layer of one forward pass; nothing of it is owned.</summary>
internal sealed record LayerRun(TransformerLayer Layer, IReadOnlyList<Segment> Segments, Generator DropPath, RecomputationFailure Failure);

/// <summary>Why a layer could not be computed once more. An exception must not cross the native code that asked for it: that ends the process.</summary>
internal sealed class RecomputationFailure
{
    private ExceptionDispatchInfo? _first;

    public bool Happened => Volatile.Read(ref _first) is not null;

    public void Remember(Exception exception) => Interlocked.CompareExchange(ref _first, ExceptionDispatchInfo.Capture(exception), null);

    /// <summary>Throws what was remembered, once.</summary>
    public void Throw() => Interlocked.Exchange(ref _first, null)?.Throw();
}

/// <summary>A layer whose inner values are forgotten and computed once more when its gradient is wanted, with the same samples dropped.</summary>
internal sealed class RecomputedLayer : autograd.SingleTensorFunction<RecomputedLayer>
{
    private const string RunKey = "run";

    // Native code reads the gradients after backward has returned, on the thread that called it; they live until that thread's next one.
    [ThreadStatic]
    private static List<Tensor>? _returned;

    public override string Name => nameof(RecomputedLayer);

    /// <summary>The layer's output, <c>[B, L, D]</c>, owned by the caller's dispose scope. One of the tensors must have a gradient.</summary>
    public static Tensor Run(LayerRun run, Tensor tokens, Tensor? bias) => apply(tokens, bias!, run);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (tokens, bias, run) = ((Tensor)vars[0], (Tensor?)vars[1], (LayerRun)vars[2]);
        ctx.save_data(RunKey, run);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([tokens, bias!, run.DropPath.get_state()]);
        return run.Layer.call(tokens, bias, run.Segments);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        _returned?.ForEach(gradient => gradient.Dispose());
        _returned = [];
        var run = (LayerRun)ctx.get_data(RunKey);
        if (run.Failure.Happened || grad_output.IsInvalid) return [null!, null!, null!];
        try
        {
            return Differentiate(run, ctx, grad_output);
        }
        catch (Exception exception)
        {
            run.Failure.Remember(exception);
            return [null!, null!, null!];
        }
    }

    private static List<Tensor> Differentiate(LayerRun run, autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var _ = gradient;
        var saved = ctx.get_saved_variables();
        var (tokens, bias) = (Leaf(saved[0]), saved[1] is null ? null : Leaf(saved[1]));
        using (enable_grad())
        {
            Repeat(run, tokens, bias, saved[2]).backward([gradient]);
        }
        return [Gradient(tokens)!, Gradient(bias)!, null!];
    }

    private static Tensor Repeat(LayerRun run, Tensor tokens, Tensor? bias, Tensor state)
    {
        var now = run.DropPath.get_state();
        run.DropPath.set_state(state);
        try
        {
            return run.Layer.call(tokens, bias, run.Segments);
        }
        finally
        {
            run.DropPath.set_state(now);
        }
    }

    private static Tensor Leaf(Tensor saved) => saved.detach().requires_grad_(saved.requires_grad);

    private static Tensor? Gradient(Tensor? leaf)
    {
        if (leaf?.grad is not { } gradient) return null;
        _returned!.Add(gradient.DetachFromDisposeScope());
        return gradient;
    }
}
