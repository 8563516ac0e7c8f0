namespace OnePeace.Contracts.Runs;

/// <summary>Typed look-ups.</summary>
public static class GrainFactoryExtensions
{
    public static ITrainingRunGrain GetTrainingRun(this IGrainFactory grains, string core, string id) => grains.GetGrain<ITrainingRunGrain>($"{core}/{id}");

    public static IRunCatalogueGrain GetRunCatalogue(this IGrainFactory grains, string core) => grains.GetGrain<IRunCatalogueGrain>(core);
}
