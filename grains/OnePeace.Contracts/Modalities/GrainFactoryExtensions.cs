namespace OnePeace.Contracts.Modalities;

/// <summary>Typed look-ups.</summary>
public static class GrainFactoryExtensions
{
    public static IModalityGrain GetModality(this IGrainFactory grains, string core, string name) => grains.GetGrain<IModalityGrain>($"{core}/{name}");

    public static IModalityCatalogueGrain GetModalityCatalogue(this IGrainFactory grains, string core) => grains.GetGrain<IModalityCatalogueGrain>(core);

    public static IPackageInspectorGrain GetPackageInspector(this IGrainFactory grains, string core) => grains.GetGrain<IPackageInspectorGrain>(core);
}
