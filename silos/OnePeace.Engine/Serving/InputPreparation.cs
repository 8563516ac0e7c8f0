using System.Collections.Concurrent;
using OnePeace.Engine.Hosting;
using OnePeace.Modalities;

namespace OnePeace.Engine.Serving;

/// <summary>Decodes and validates raw inputs on the thread pool within their modality's limits, and learns what a modality's inputs cost.</summary>
internal sealed class InputPreparation
{
    private const int FirstEstimate = 64;
    private const double Weight = 0.05;

    private readonly ConcurrentDictionary<string, double> _tokens = new(StringComparer.Ordinal);

    /// <summary>How many tokens inputs of this modality had of late.</summary>
    public int ExpectedTokens(string modality) => (int)_tokens.GetValueOrDefault(modality, FirstEstimate);

    /// <param name="part">The input.</param>
    /// <param name="version">Leased by the caller.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="index">Of the item that it belongs to.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    /// <exception cref="ItemRejectedException">The input is bad, or its preprocessor fails on it.</exception>
    /// <exception cref="EngineOverloadedException">Too many inputs never came back from the preprocessor.</exception>
    public async Task<PreparedPart> PrepareAsync(EncodePart part, ModalityVersion version, string tenant, int index, CancellationToken cancellation)
    {
        var identity = version.Identity;
        if (part.Bytes.Length > identity.Limits.MaxInputBytes)
            throw Rejected(InputFault.TooLarge, $"An input of the modality '{version.Name}' has at most {identity.Limits.MaxInputBytes:N0} bytes, but this one has {part.Bytes.Length:N0}.");
        await version.Slots.EnterAsync(tenant, cancellation).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(version.Slots.Patience);
        try
        {
            var input = await Start(part, version, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            if (input.Tokens < 1) throw Rejected(InputFault.Unusable, $"The modality '{version.Name}' says that this input becomes {input.Tokens} tokens, which is a fault of the modality: tell whoever made it.");
            if (input.Tokens > identity.MostTokens)
                throw Rejected(InputFault.TooLarge, $"An input of the modality '{version.Name}' becomes at most {identity.MostTokens:N0} tokens, but this one {input.Tokens:N0}: send a shorter one.");
            _tokens.AddOrUpdate(version.Name, input.Tokens, (_, average) => average + Weight * (input.Tokens - average));
            return new PreparedPart(version, input);
        }
        catch (InvalidInputException e)
        {
            throw Rejected(e.Fault, e.Message, e);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Rejected(InputFault.Unusable, $"Preparing this {version.Name} input took longer than {identity.Limits.PrepareSeconds:0.#} seconds.");
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException or ItemRejectedException))
        {
            throw Rejected(InputFault.Unusable, $"The {version.Name} input cannot be prepared.", e);
        }

        ItemRejectedException Rejected(InputFault fault, string message, Exception? inner = null) => new(index, fault, message, inner);
    }

    /// <summary>Holds the lease until the preprocessor returns, even where nobody waits for it any more; the slot no longer than an input may take.</summary>
    private static Task<PreparedInput> Start(EncodePart part, ModalityVersion version, CancellationToken cancellation)
    {
        version.TryLease();
        var work = Task.Run(async () =>
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                return await version.Preprocessor.PrepareAsync(new RawInput(part.Bytes, part.MediaType), cancellation).ConfigureAwait(false);
            }
            finally
            {
                version.Release();
            }
        }, CancellationToken.None);
        _ = version.Slots.HoldAsync(work);
        return work;
    }
}
