using OnePeace.Training.Objectives;
using OnePeace.Training.Parameters;
using OnePeace.Transformer;
using OnePeace.Transformer.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Models;

/// <summary>Everything that a stage computes with: what trains has float32 tensors of its own, the rest may be another's. Lives on the device's thread.</summary>
public sealed class TrainingModel : IDisposable
{
    public required TransformerCore Core { get; init; }

    public required ModalityModule Pivot { get; init; }

    public required ModalityModule Other { get; init; }

    /// <summary>Null without denoising losses.</summary>
    public DenoisingDecoder? Decoder { get; init; }

    public required LogitScale LogitScale { get; init; }

    /// <summary>A core over the same tensors in evaluation mode: for what is computed without stochastic depth.</summary>
    public required TransformerCore StillCore { get; init; }

    public Device Device => Core.parameters().First().device;

    public ScalarType DataType => Core.parameters().First().dtype;

    /// <summary>Every parameter.</summary>
    public IReadOnlyList<NamedParameter> Parameters => field ??= ModelParameters.Of(Core, [Pivot, Other], LogitScale, Decoder);

    /// <summary>The parameters that train.</summary>
    public IReadOnlyList<NamedParameter> Trained => [.. Parameters.Where(p => p.Value.requires_grad)];

    /// <summary>Whether anything that the pivot's own pass meets is frozen.</summary>
    public bool PivotIsFrozen => !ForLosses.PivotTrains;

    /// <summary>As the losses take it; a frozen pivot goes through <see cref="StillCore"/>.</summary>
    public PairModel ForLosses
    {
        get
        {
            var model = new PairModel(Core, Pivot, Other, LogitScale) { Decoder = Decoder };
            return model.PivotTrains ? model : model with { PivotCore = StillCore };
        }
    }

    private IEnumerable<nn.Module> Modules =>
    [
        Core, Pivot, Other,
        .. Decoder is null ? [] : Decoder.Branches.Values.SelectMany(b => new nn.Module[] { b.Modality, b.Part }).Prepend(Decoder.Core),
    ];

    /// <summary>Sets every module's mode, but that of <see cref="StillCore"/>.</summary>
    /// <param name="training">Whether stochastic depth and dropout are on.</param>
    public void Mode(bool training)
    {
        foreach (var module in Modules) module.train(training);
    }

    public void Dispose()
    {
        Decoder?.Dispose();
        StillCore.Dispose();
        Other.Dispose();
        Pivot.Dispose();
        LogitScale.Dispose();
        Core.Dispose();
    }
}
