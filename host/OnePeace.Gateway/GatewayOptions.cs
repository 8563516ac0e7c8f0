using OnePeace.Contracts;

namespace OnePeace.Gateway;

/// <summary>How a gateway is set up.</summary>
public sealed record GatewayOptions
{
    /// <summary>Folder for what has to outlive the process: the key's hash, modality packages.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The key to use instead of a generated one; <c>ONEPEACE_BOOTSTRAP_KEY</c> where null.</summary>
    public string? BootstrapKey { get; init; }

    /// <summary>Folder of the recipes that a training run can name, <c>NAME.json</c> each; null for none.</summary>
    public string? RecipeFolder { get; init; }

    /// <summary>The core that <c>/v1/embeddings</c> calls.</summary>
    public string Core { get; init; } = "default";

    public int Replica { get; init; }

    /// <summary>Largest request body; at most <see cref="MessageLimits.RequestBytes"/>.</summary>
    public long MaxBodyBytes { get; init; } = MessageLimits.RequestBytes;

    /// <summary>Largest modality package.</summary>
    public long MaxPackageBytes { get; init; } = 16L << 30;

    /// <summary>All request bodies that are held at one time.</summary>
    public long MaxBufferedBytes { get; init; } = 512L << 20;

    /// <summary>Inputs in one request; each part of a fused item counts.</summary>
    public int MaxItems { get; init; } = 512;

    /// <summary>How long a request may take in the engine's queue and on its device.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How old the gateway's picture of what serves may be.</summary>
    public TimeSpan DescriptionAge { get; init; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        if (MaxBodyBytes is < 1 or > MessageLimits.RequestBytes)
            throw new ArgumentException($"MaxBodyBytes must be 1 to {MessageLimits.RequestBytes} (what one grain call carries), but is {MaxBodyBytes}.");
        if (MaxBufferedBytes < MaxBodyBytes)
            throw new ArgumentException($"MaxBufferedBytes must be at least MaxBodyBytes, {MaxBodyBytes}, but is {MaxBufferedBytes}.");
        if (MaxItems < 1)
            throw new ArgumentException($"MaxItems must be at least 1, but is {MaxItems}.");
    }
}
