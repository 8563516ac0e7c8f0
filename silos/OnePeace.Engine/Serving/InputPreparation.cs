using System.Collections.Concurrent;
using OnePeace.Modalities;

namespace OnePeace.Engine.Serving;

/// <summary>Decodes and validates raw inputs on the thread pool, a bounded number at once, and learns what a modality's inputs cost.</summary>
internal sealed class InputPreparation(IReadOnlyDictionary<string, IPreprocessor> preprocessors, int parallelism)
{
    private const int FirstEstimate = 64;
    private const double Weight = 0.05;

    private readonly SemaphoreSlim _slots = new(parallelism);
    private readonly ConcurrentDictionary<string, double> _tokens = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Modalities { get; } = [.. preprocessors.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How many tokens inputs of this modality had of late.</summary>
    public int ExpectedTokens(string modality) => (int)_tokens.GetValueOrDefault(modality, FirstEstimate);

    /// <exception cref="ItemRejectedException">The input is bad, or its preprocessor fails on it.</exception>
    public async Task<PreparedPart> PrepareAsync(EncodePart part, int index, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var input = await Task.Run(() => preprocessors[part.Modality].PrepareAsync(new RawInput(part.Bytes, part.MediaType), cancellation).AsTask(), cancellation)
                .ConfigureAwait(false);
            _tokens.AddOrUpdate(part.Modality, input.Tokens, (_, average) => average + Weight * (input.Tokens - average));
            return new PreparedPart(part.Modality, input);
        }
        catch (InvalidInputException e)
        {
            throw new ItemRejectedException(index, e.Fault, e.Message, e);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new ItemRejectedException(index, InputFault.Unusable, $"The {part.Modality} input cannot be prepared.", e);
        }
        finally
        {
            _slots.Release();
        }
    }
}
