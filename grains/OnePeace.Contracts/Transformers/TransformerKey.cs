namespace OnePeace.Contracts.Transformers;

/// <summary>Names one replica of one core.</summary>
/// <param name="Core">Lower-case letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; no slash.</param>
/// <param name="Replica">From 0.</param>
public readonly record struct TransformerKey(string Core, int Replica)
{
    /// <exception cref="FormatException">The text is not <c>core/replica</c>.</exception>
    public static TransformerKey Parse(string text)
    {
        var slash = text.LastIndexOf('/');
        return slash > 0 && int.TryParse(text.AsSpan(slash + 1), out var replica) && replica >= 0
            ? new TransformerKey(text[..slash], replica)
            : throw new FormatException($"A transformer's key is 'core/replica', such as 'default/0', but this one is '{text}'.");
    }

    public override string ToString() => $"{Core}/{Replica}";
}
