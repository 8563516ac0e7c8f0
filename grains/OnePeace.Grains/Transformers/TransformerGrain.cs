using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Transformers;
using OnePeace.Engine;
using OnePeace.Modalities;
using Orleans.Concurrency;

namespace OnePeace.Grains.Transformers;

/// <summary>A thin door to the engine of its silo: no state, no waiting inside, no tensors.</summary>
[Reentrant]
public sealed class TransformerGrain(EngineSeat seat, ILogger<TransformerGrain> log) : Grain, ITransformerGrain
{
    public async Task<EncodeReply> EncodeAsync(EncodeRequest request, CancellationToken cancellation)
    {
        var now = seat.Now;
        if (now is not { State: TransformerState.Ready, Engine: { } engine })
            return EngineFaults.NotReady(now.State);
        try
        {
            var vectors = await engine.EncodeAsync(ToWork(request), cancellation);
            return new EncodeReply { Vectors = [.. vectors.Select(v => new ItemVector(v.Vector, v.Tokens))] };
        }
        catch (Exception e)
        {
            var fault = EngineFaults.From(e);
            if (fault.Kind == FaultKind.Internal)
                log.LogError(e, "Encoding {Items} items failed", request.Items.Count);
            else if (e is ItemRejectedException { InnerException: { } reason and not InvalidInputException } rejected)
                log.LogWarning(reason, "A modality failed on an input: {Parts}", string.Join(", ", request.Items[rejected.Index].Parts.Select(p => $"{p.Modality}, {p.Bytes.Length} bytes")));
            return fault;
        }
    }

    public Task<TransformerDescription> DescribeAsync(CancellationToken cancellation)
    {
        var now = seat.Now;
        return Task.FromResult(now.Engine is { } engine
            ? Describe(engine.Describe(), now)
            : new TransformerDescription { State = now.State, Since = now.Since });
    }

    private static EncodeWork ToWork(EncodeRequest request) => new([.. request.Items.Select(ToItem)])
    {
        Tenant = request.Tenant,
        Deadline = request.Deadline,
        KeepsResults = request.KeepsResults,
    };

    private static EncodeItem ToItem(RequestItem item) => new(
        [.. item.Parts.Select(p => new EncodePart(p.Modality, p.Bytes, p.MediaType))],
        item.Fusion == PartFusion.Joint ? Fusion.Joint : Fusion.Mean);

    private static TransformerDescription Describe(EngineDescription engine, EngineSeat.Occupancy now) => new()
    {
        State = now.State,
        Since = now.Since,
        Model = engine.Model,
        CoreHash = engine.CoreHash,
        Dimensions = engine.Dimensions,
        Device = engine.Device,
        DataType = engine.DataType,
        Notice = engine.Notice,
        IsDeterministic = engine.IsDeterministic,
        Slots = engine.Slots,
        Modalities = [.. engine.Modalities.Select(Describe)],
    };

    private static ModalityState Describe(ModalityDescription modality) => new(modality.Name, modality.Version, modality.State, modality.Hash, modality.MediaTypes)
    {
        IsOfModel = modality.IsOfModel,
        IsResident = modality.IsResident,
        WeightBytes = modality.WeightBytes,
    };
}
