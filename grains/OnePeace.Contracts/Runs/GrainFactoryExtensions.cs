namespace OnePeace.Contracts.Runs;

/// <summary>Typed look-ups.</summary>
public static class GrainFactoryExtensions
{
    public static ITrainingRunGrain GetTrainingRun(this IGrainFactory grains, string core, string id) => grains.GetGrain<ITrainingRunGrain>($"{core}/{id}");

    /// <param name="worker">As <see cref="ITrainingRunGrain.TakeAsync"/> has it.</param>
    public static IRunFilesGrain GetRunFiles(this IGrainFactory grains, string core, string worker) => grains.GetGrain<IRunFilesGrain>($"{core}/{worker}");

    public static IRunCatalogueGrain GetRunCatalogue(this IGrainFactory grains, string core) => grains.GetGrain<IRunCatalogueGrain>(core);
}
