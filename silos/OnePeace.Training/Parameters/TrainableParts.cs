using OnePeace.Transformer;

namespace OnePeace.Training.Parameters;

/// <summary>Parts of a modality.</summary>
[Flags]
public enum ModalityParts
{
    None = 0,
    Adaptor = 1,
    Experts = 2,
    Norm = 4,
    Projection = 8,
    All = Adaptor | Experts | Norm | Projection,
}

/// <summary>Which weights train. A modality's name is whatever stands in an official key.</summary>
public sealed record TrainableParts
{
    public bool Core { get; init; }

    /// <summary>The denoising decoder with all of its modalities, mask tokens and heads.</summary>
    public bool Decoder { get; init; }

    public bool LogitScale { get; init; }

    /// <summary>What trains of the modalities that are named here.</summary>
    public IReadOnlyDictionary<string, ModalityParts> Modalities { get; init; } = new Dictionary<string, ModalityParts>();

    /// <summary>What trains of all other modalities.</summary>
    public ModalityParts Others { get; init; }

    /// <summary>Whether the weight of an official key trains.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public bool Trains(string key)
    {
        var local = OfficialNames.Parse(key) ?? throw new ArgumentException($"'{key}' is no official key of a weight.", nameof(key));
        return local.Part switch
        {
            ModelPart.Core => Core,
            ModelPart.DecoderCore or ModelPart.DecoderModality or ModelPart.Denoising => Decoder,
            ModelPart.LogitScale => LogitScale,
            ModelPart.Modality => (Modalities.GetValueOrDefault(local.Modality!, Others) & Part(local.Name)) != 0,
            _ => false,
        };
    }

    /// <summary>Lets those weights have gradients, and no others.</summary>
    /// <returns>Those that train, in their order.</returns>
    public IReadOnlyList<NamedParameter> Apply(IReadOnlyList<NamedParameter> parameters)
    {
        foreach (var parameter in parameters) parameter.Value.requires_grad = Trains(parameter.Key);
        return [.. parameters.Where(parameter => parameter.Value.requires_grad)];
    }

    private static ModalityParts Part(string name) => name[..name.IndexOf('.', StringComparison.Ordinal)] switch
    {
        "adapter" => ModalityParts.Adaptor,
        "experts" => ModalityParts.Experts,
        "norm" => ModalityParts.Norm,
        "projection" => ModalityParts.Projection,
        _ => throw new ArgumentException($"'{name}' belongs to no part of a modality.", nameof(name)),
    };
}
