namespace OnePeace.Contracts.Transformers;

/// <summary>Typed look-ups.</summary>
public static class GrainFactoryExtensions
{
    public static ITransformerGrain GetTransformer(this IGrainFactory grains, string core, int replica = 0) =>
        grains.GetGrain<ITransformerGrain>(new TransformerKey(core, replica).ToString());
}
