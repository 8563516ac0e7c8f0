namespace OnePeace.Modalities.Testing;

/// <summary>An input that a plugin must refuse with <see cref="InvalidInputException"/>.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Bytes">The encoded bytes, as a sender would send them.</param>
public sealed record BadInput(string Name, ReadOnlyMemory<byte> Bytes);
