using OnePeace.Engine.Hosting;
using OnePeace.Modalities;

namespace OnePeace.Engine;

/// <summary>Raw inputs in, vectors out: preprocessing on the thread pool, batching by cost, tensors on the threads of its slots.</summary>
public interface IEncodingEngine
{
    /// <summary>Encodes all items of one request; result <c>i</c> belongs to item <c>i</c>.</summary>
    /// <exception cref="ArgumentException">There is no item, or there are too many.</exception>
    /// <exception cref="UnknownModalityException">A part is of a modality that is not served.</exception>
    /// <exception cref="ItemRejectedException">An item is bad; it is named by its index and the request fails as a whole.</exception>
    /// <exception cref="EngineOverloadedException">The queue is full, or too many inputs of a modality never came back from its preprocessor.</exception>
    /// <exception cref="EngineUnavailableException">The device has failed, or the engine is closed.</exception>
    /// <exception cref="TimeoutException">The deadline passed before the work was done.</exception>
    Task<IReadOnlyList<Embedding>> EncodeAsync(EncodeWork work, CancellationToken cancellation);

    /// <summary>What this engine serves now.</summary>
    EngineDescription Describe();

    /// <summary>Takes modality packages in and out; null where this engine takes none.</summary>
    IModalityHost? Packages => null;

    /// <summary>What a training run shares with serving; null where this engine lends nothing.</summary>
    ServingCore? Core => null;

    /// <summary>False once a device has failed for good: the process should go unready and end.</summary>
    bool Healthy => true;
}
