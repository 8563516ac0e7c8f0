using System.Text;

namespace OnePeace.Modalities.Text;

/// <summary>Text to dictionary ids as the official embedding API makes them: lower case, byte pairs, the first N, end of sentence.</summary>
/// <remarks>
/// Field <c>tokens</c>: int64 <c>[L]</c>, padded with 1. Options: <c>task.max_src_length</c> (70 ids, the end not counted), <c>max_bytes</c>
/// (65,536), <c>vocabulary</c> (rows of the model's embedding table), <c>vocabulary_file</c>, <c>training</c> (false: true cleans captions as
/// <see cref="TrainingText"/> does).
/// </remarks>
public sealed class TextPreprocessor : IPreprocessor
{
    private const int Padding = 1;
    private const int EndOfSentence = 2;
    private const int Unknown = 3;

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly BytePairEncoder _encoder;
    private readonly int _maxTokens;
    private readonly int _maxBytes;
    private readonly int _tableRows;
    private readonly bool _cleans;

    /// <exception cref="InvalidDataException">An option is out of range, or the vocabulary cannot be read.</exception>
    public TextPreprocessor(ModalityOptions options)
    {
        _maxTokens = Positive(options, "task.max_src_length", 70);
        _maxBytes = Positive(options, "max_bytes", 65_536);
        _tableRows = Positive(options, "vocabulary", int.MaxValue);
        _cleans = options.Boolean(ModalityOptions.Training, false);
        _encoder = new BytePairEncoder(Vocabulary.Of(options));
    }

    public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (input.Bytes.Length > _maxBytes)
            throw new InvalidInputException(InputFault.TooLarge,
                $"The text may have at most {_maxBytes:N0} bytes, but has {input.Bytes.Length:N0}: shorten it; only its first {_maxTokens} tokens count.");
        var text = Decode(input.Bytes.Span);
        var ids = _encoder.Encode(" " + (_cleans ? TrainingText.Normalise(text) : PythonCase.Lower(text)), _maxTokens);
        var tokens = Tokens(ids);
        var field = new InputField("tokens", HostTensor.Create(tokens, tokens.Length), Padding);
        return ValueTask.FromResult(new PreparedInput([field], tokens.Length + 1) { UnitStarts = WordStarts(ids) });
    }

    /// <summary>Dictionary ids and the end of sentence; ids beyond a smaller model's table are unknown to it.</summary>
    private long[] Tokens(List<int> ids) => [.. ids.Select(id => id < _tableRows ? id : Unknown), EndOfSentence];

    /// <summary>A word starts with the text and with every token that is special or spells a space first.</summary>
    private bool[] WordStarts(List<int> ids) => [.. ids.Select((id, at) => at == 0 || id <= Unknown || id >= _tableRows || _encoder.StartsWord(id))];

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return _utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidInputException(InputFault.Malformed,
                $"The text must be UTF-8, but byte {e.Index:N0} does not belong there: send it as UTF-8.");
        }
    }

    private static int Positive(ModalityOptions options, string key, int fallback) =>
        options.Int32(key, fallback) is > 0 and var value ? value : throw new InvalidDataException($"Text option '{key}' must be at least 1.");
}
