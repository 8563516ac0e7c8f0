namespace OnePeace.Modalities;

/// <summary>Decodes, validates and normalises raw inputs of one modality. Thread-safe: many calls run at once.</summary>
public interface IPreprocessor
{
    /// <summary>Prepares one input on its own; it never sees its neighbours.</summary>
    /// <exception cref="InvalidInputException">The input is malformed, too large or decodes to nothing usable.</exception>
    ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation);
}

/// <summary>One input as it came: encoded media, or UTF-8 text.</summary>
/// <param name="Bytes">The encoded bytes.</param>
/// <param name="MediaType">What the sender said it is, or null; a hint only, the bytes decide.</param>
public readonly record struct RawInput(ReadOnlyMemory<byte> Bytes, string? MediaType = null);

/// <summary>One input, ready for its adaptor.</summary>
/// <param name="Fields">The tensors the adaptor reads, without a batch dimension.</param>
/// <param name="Tokens">How many tokens it becomes, CLS included: its cost in a batch.</param>
public sealed record PreparedInput(IReadOnlyList<InputField> Fields, int Tokens)
{
    /// <summary>
    /// For masked pretraining: which of the tokens after CLS begin a unit, such as a word; the first one does. Tokens beyond the list are
    /// special ones that are never hidden. Null where every token is a unit.
    /// </summary>
    public IReadOnlyList<bool>? UnitStarts { get; init; }
}

/// <summary>One named tensor of an input. In a batch, items are padded at the end of their first axis and stacked.</summary>
/// <param name="Name">The name that <see cref="ModalityBatch"/> gives it to the adaptor.</param>
/// <param name="Value">The values, row-major.</param>
/// <param name="Padding">What fills the missing end of a shorter item (0 or 1 for a boolean).</param>
public sealed record InputField(string Name, HostTensor Value, double Padding = 0);
