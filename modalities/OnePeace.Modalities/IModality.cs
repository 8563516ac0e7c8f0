using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities;

/// <summary>A modality plugin: how one kind of input is prepared, becomes tokens, and what its experts are. One public class a plugin.</summary>
/// <remarks>Instances are stateless and thread-safe. A plugin refers to this assembly and to TorchSharp, and to nothing else of the platform.</remarks>
public interface IModality
{
    /// <summary>The name users write: lower-case letters, digits and <c>_</c>, starting with a letter.</summary>
    string Name { get; }

    /// <summary>Media types of accepted inputs. A modality with a <c>text/</c> type takes JSON strings as they are; others take base64.</summary>
    IReadOnlyList<string> MediaTypes { get; }

    /// <summary>Fills in what the options leave open from the weights that will be loaded (a vocabulary's size, a grid's side).</summary>
    /// <param name="options">As found in a checkpoint or model directory.</param>
    /// <param name="shapes">Shape of every weight by local name (<c>adapter.cls_embedding</c>); empty when starting from nothing.</param>
    ModalityOptions CompleteOptions(ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes) => options;

    /// <summary>What masked pretraining hides; a recipe may say otherwise.</summary>
    Masking Masking => new();

    /// <summary>Turns raw media into what the adaptor reads; runs on any thread, several at a time.</summary>
    IPreprocessor CreatePreprocessor(ModalityOptions options);

    /// <summary>The module that turns prepared input into tokens; weights uninitialised.</summary>
    ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options);

    /// <summary>The options of this modality's side of a denoising decoder, whose adaptor only restores: no features of its own, no attention biases.</summary>
    /// <param name="options">The encoder's.</param>
    ModalityOptions DecoderOptions(ModalityOptions options) => options.With("use_attn_bias", false);

    /// <summary>The feed-forward expert of one layer, <c>[..., D] -> [..., D]</c>; weights uninitialised.</summary>
    nn.Module<Tensor, Tensor> CreateExpert(CoreShape shape, int layer) => new Layers.GeGluExpert(shape);

    /// <summary>The norm after the last layer, <c>[B, L, D] -> [B, L, D]</c>; weights uninitialised.</summary>
    nn.Module<Tensor, Tensor> CreateNorm(CoreShape shape) => new Layers.LayerNorm(shape.Width);

    /// <summary>From the normed CLS to the embedding space, <c>[B, D] -> [B, D]</c>, before it is scaled to unit length; weights uninitialised.</summary>
    nn.Module<Tensor, Tensor> CreateProjection(CoreShape shape) => new Layers.Linear(shape.Width, shape.Width);

    /// <summary>Adapts weights of an older or smaller checkpoint in place: renames, interpolates, copies; by default relative tables (<see cref="Layers.RelativeTables"/>). Names are local.</summary>
    void UpgradeWeights(IDictionary<string, Tensor> weights, CoreShape shape, ModalityOptions options) => Layers.RelativeTables.Upgrade(weights, shape);
}
