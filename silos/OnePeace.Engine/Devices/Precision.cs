using OnePeace.Modalities.Layers.Packing;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Devices;

/// <summary>What a model is computed in.</summary>
/// <param name="Type">Of weights, and of what they are multiplied with.</param>
/// <param name="QuantisesExperts">Whether experts are int8 instead; those that a plugin wrote itself stay as they are.</param>
public readonly record struct Precision(ScalarType Type, bool QuantisesExperts = false)
{
    /// <summary>As <c>GET /v1/models</c> says it: <c>bfloat16</c>, or <c>int8-bfloat16</c>.</summary>
    public string Name => (QuantisesExperts ? "int8-" : "") + DataTypes.Name(Type);

    public static implicit operator Precision(ScalarType type) => new(type);

    /// <summary>Lays a modality's weights out for inference.</summary>
    public void Pack(ModalityModule modality, bool keepsWeights = false)
    {
        if (QuantisesExperts) modality.QuantiseExperts();
        modality.Pack(keepsWeights);
    }
}
