namespace OnePeace.Contracts.Transformers;

/// <summary>The door to one replica of a core. Key: <c>core/replica</c>, see <see cref="TransformerKey"/>.</summary>
/// <remarks>An ordinary keyed grain: a stateless worker would lose the caller's cancellation.</remarks>
[Alias("onepeace.transformer")]
public interface ITransformerGrain : IGrainWithStringKey
{
    /// <summary>Encodes the items of one request. What goes wrong comes back as <see cref="EncodeReply.Fault"/>, never as an exception.</summary>
    [Alias("encode"), ResponseTimeout(MessageLimits.LongestEncode)]
    Task<EncodeReply> EncodeAsync(EncodeRequest request, CancellationToken cancellation);

    /// <summary>What this replica serves, and in which state it is.</summary>
    [Alias("describe"), ResponseTimeout("00:00:05")]
    Task<TransformerDescription> DescribeAsync(CancellationToken cancellation);
}
