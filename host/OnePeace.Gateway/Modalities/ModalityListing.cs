using Microsoft.AspNetCore.Http;
using OnePeace.Contracts.Modalities;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Embeddings.Reading;
using OnePeace.Gateway.Errors;
using OnePeace.Gateway.Models;

namespace OnePeace.Gateway.Modalities;

/// <summary>Modalities as users see them: those of the model, and those that came as packages with all their versions.</summary>
internal sealed class ModalityListing(GatewayOptions options, IGrainFactory grains, ServedModels models)
{
    public async Task<IReadOnlyList<ModalityInfo>> AllAsync(CancellationToken cancellation)
    {
        var served = (await models.DescribeAsync(cancellation)).Modalities;
        var names = await grains.GetModalityCatalogue(options.Core).NamesAsync();
        var packages = await Task.WhenAll(names.Select(name => grains.GetModality(options.Core, name).DescribeAsync()));
        return
        [
            .. served.Where(s => s.IsOfModel).Select(OfModel)
                .Concat(packages.Where(p => p.Versions.Count > 0).Select(p => OfPackage(p, served.FirstOrDefault(s => s.Name == p.Name))))
                .OrderBy(m => m.Id, StringComparer.Ordinal),
        ];
    }

    /// <exception cref="ApiException">404: there is no such modality.</exception>
    public async Task<ModalityInfo> OneAsync(string name, CancellationToken cancellation)
    {
        var served = (await models.DescribeAsync(cancellation)).Modalities.FirstOrDefault(s => s.Name == name);
        if (served is { IsOfModel: true }) return OfModel(served);
        var names = await grains.GetModalityCatalogue(options.Core).NamesAsync();   // first: a name that nobody knows activates no grain
        return names.Contains(name) && await grains.GetModality(options.Core, name).DescribeAsync() is { Versions.Count: > 0 } package
            ? OfPackage(package, served)
            : throw new ApiException(NotFound(name));
    }

    /// <summary>Whether the name is one of the model's own.</summary>
    public async Task<bool> IsOfModelAsync(string name, CancellationToken cancellation) =>
        (await models.DescribeAsync(cancellation)).Modalities.Any(m => m.Name == name && m.IsOfModel);

    public async Task<EventList> EventsAsync(long after)
    {
        var events = await grains.GetModalityCatalogue(options.Core).EventsAsync(after);
        return new EventList([.. events.Select(e => new EventInfo(e.Number, e.At.ToUnixTimeSeconds(), e.Modality, e.Version, e.What, e.Detail))]);
    }

    public static ModalityInfo OfPackage(ModalityRecord record, ModalityState? served)
    {
        var shown = record.Versions.FirstOrDefault(v => v.Package.Hash == served?.Hash) ?? record.Versions[^1];
        return new ModalityInfo(record.Name, shown.Package.Version, Name(shown.State), shown.Package.Hash, shown.Package.MediaTypes)
        {
            Encoding = Encoding(shown.Package.MediaTypes),
            Source = "package",
            Resident = served?.IsResident,
            WeightBytes = served?.WeightBytes,
            Reason = shown.Reason,
            Versions = [.. record.Versions.Select(OfVersion)],
        };
    }

    public static ApiError NotFound(string name) => new(StatusCodes.Status404NotFound, "modality_not_found",
        $"There is no modality '{Shown.Name(name)}'; /v1/modalities lists what there is.");

    private static ModalityInfo OfModel(ModalityState state) => new(state.Name, state.Version, state.State, state.Hash, state.MediaTypes)
    {
        Encoding = Encoding(state.MediaTypes),
        Source = "model",
        Resident = state.IsResident,
        WeightBytes = state.WeightBytes,
    };

    private static VersionInfo OfVersion(VersionRecord record) => new(record.Package.Version, Name(record.State), record.Package.Hash)
    {
        Reason = record.Reason,
        Since = record.Since.ToUnixTimeSeconds(),
        Description = record.Package.Description,
        Author = record.Package.Author,
        Licence = record.Package.Licence,
        Parameters = record.Package.Parameters,
        Bytes = record.Package.Bytes,
        TypicalTokens = record.Package.TypicalTokens,
        MaxInputBytes = record.Package.MaxInputBytes,
    };

    private static string Encoding(IReadOnlyList<string> mediaTypes) => AcceptedModalities.TakesText(mediaTypes) ? "utf-8" : "base64";

    public static string Name(VersionState state) => state.ToString().ToLowerInvariant();
}
