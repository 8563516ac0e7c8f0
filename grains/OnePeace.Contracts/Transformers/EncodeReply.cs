namespace OnePeace.Contracts.Transformers;

/// <summary>One vector per item in the request's order, or the fault that ended the request.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.encode-reply")]
public sealed record EncodeReply
{
    /// <summary>Empty where there is a fault.</summary>
    [Id(0)] public IReadOnlyList<ItemVector> Vectors { get; init; } = [];

    [Id(1)] public EncodeFault? Fault { get; init; }

    public static implicit operator EncodeReply(EncodeFault fault) => new() { Fault = fault };
}

/// <summary>An item's unit vector.</summary>
/// <param name="Values"><c>[D]</c></param>
/// <param name="Tokens">How many tokens the item became.</param>
[GenerateSerializer, Immutable, Alias("onepeace.item-vector")]
public sealed record ItemVector([property: Id(0)] float[] Values, [property: Id(1)] int Tokens);
