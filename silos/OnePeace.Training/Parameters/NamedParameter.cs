using static TorchSharp.torch;

namespace OnePeace.Training.Parameters;

/// <summary>One weight of a model; not owned.</summary>
/// <param name="Key">Its official key.</param>
/// <param name="Value">The weight itself.</param>
public sealed record NamedParameter(string Key, Tensor Value);
