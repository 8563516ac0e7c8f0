using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using OnePeace.Engine;
using OnePeace.Modalities;

namespace OnePeace.Gateway.Tests.Hosting;

/// <summary>An engine without tensors: a vector is a function of an item's bytes. Some texts make it misbehave.</summary>
internal sealed class HashingEngine : IEncodingEngine, IAsyncDisposable
{
    public const int Dimensions = 16;

    /// <summary>Requests that are inside now, and those whose callers left.</summary>
    public int Inside;
    public int Abandoned;

    /// <summary>Every request waits for this.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    public bool Healthy { get; set; } = true;

    /// <summary>Said of the engine itself.</summary>
    public Func<EngineDescription, EngineDescription> Describing { get; init; } = description => description;

    public bool Disposed { get; private set; }

    public ConcurrentQueue<EncodeWork> Seen { get; } = new();

    /// <summary>What to do instead of encoding, by the text of an item.</summary>
    public Dictionary<string, Func<int, Exception>> Misbehaviours { get; } = new()
    {
        ["malformed"] = i => new ItemRejectedException(i, InputFault.Malformed, "not UTF-8"),
        ["too large"] = i => new ItemRejectedException(i, InputFault.TooLarge, "1 MiB at most"),
        ["unsupported"] = i => new ItemRejectedException(i, InputFault.UnsupportedFormat, "no decoder"),
        ["unusable"] = i => new ItemRejectedException(i, InputFault.Unusable, "decodes to nothing"),
        ["detached"] = _ => new UnknownModalityException("text", ["smell"]),
        ["closed"] = _ => new EngineUnavailableException("secret device"),
        ["overloaded"] = _ => new EngineOverloadedException(TimeSpan.FromSeconds(3.2)),
        ["late"] = _ => new TimeoutException("secret detail"),
        ["broken"] = _ => new InvalidDataException("secret /path/of/server"),
    };

    public async Task<IReadOnlyList<Embedding>> EncodeAsync(EncodeWork work, CancellationToken cancellation)
    {
        Seen.Enqueue(work);
        Interlocked.Increment(ref Inside);
        try
        {
            await Hold;
            if (work.Items.Any(i => Text(i) == "wait"))
                await Task.Delay(Timeout.Infinite, cancellation);
            for (var i = 0; i < work.Items.Count; i++)
            {
                if (Misbehaviours.TryGetValue(Text(work.Items[i]), out var fault))
                    throw fault(i);
            }
            return [.. work.Items.Select(i => new Embedding(Vector(i), i.Parts.Sum(p => p.Bytes.Length)))];
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref Abandoned);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref Inside);
        }
    }

    public EngineDescription Describe() => Describing(new("hashing", "sha256:0123", Dimensions, "cpu", "float32",
    [
        new ModalityDescription("text", "1.0.0", "ready", "sha256:a", ["text/plain"]),
        new ModalityDescription("image", "1.0.0", "ready", "sha256:b", ["image/png", "image/jpeg"]),
        new ModalityDescription("smell", "0.2.0", "ready", "sha256:c", ["application/x-smell"]) { IsResident = false, WeightBytes = 5_000_000_000 },
    ]));

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>The unit vector that this engine gives these parts.</summary>
    public static float[] Vector(params (string Modality, byte[] Bytes)[] parts) =>
        Vector(new EncodeItem([.. parts.Select(p => new EncodePart(p.Modality, p.Bytes))]));

    private static float[] Vector(EncodeItem item)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in item.Parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part.Modality));
            hash.AppendData(part.Bytes.Span);
        }
        hash.AppendData([(byte)item.Fusion]);
        var values = hash.GetHashAndReset()[..Dimensions].Select(b => b - 127.5f).ToArray();
        var length = MathF.Sqrt(values.Sum(v => v * v));
        return [.. values.Select(v => v / length)];
    }

    private static string Text(EncodeItem item) =>
        item.Parts[0].Modality == "text" && item.Parts[0].Bytes.Length < 64 ? Encoding.UTF8.GetString(item.Parts[0].Bytes.Span) : "";
}
