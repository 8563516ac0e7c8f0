using System.Globalization;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OnePeace.GrainStorage;

/// <summary>Grain state in one SQLite file. An ETag is a number that no other write of the file ever had.</summary>
internal sealed class SqliteGrainStorage(string name, string path, IGrainStorageSerializer serializer, IActivatorProvider activators)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private StateDatabase? _database;

    private StateDatabase Database => _database ?? throw new InvalidOperationException($"The grain storage '{name}' is not open: the silo has not started, or has stopped.");

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe($"{nameof(SqliteGrainStorage)}-{name}", ServiceLifecycleStage.ApplicationServices, OpenAsync, CloseAsync);

    /// <exception cref="InvalidDataException">The file is damaged, of a later version, or not grain storage at all.</exception>
    public async Task OpenAsync(CancellationToken cancellation) => _database = await StateDatabase.OpenAsync(path, cancellation);

    public async Task CloseAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _database, null) is { } database) await database.DisposeAsync().AsTask().WaitAsync(cancellation);
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = new StateKey(grainId.ToString(), stateName);
        var row = await Database.RunAsync(table => table.Read(key));
        grainState.State = row is null ? NewState<T>() : serializer.Deserialize<T>(new BinaryData(row.Value.Payload));
        Stamp(grainState, row?.ETag);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = new StateKey(grainId.ToString(), stateName);
        var payload = serializer.Serialize(grainState.State).ToArray();
        var expected = Number(grainState.ETag);
        var change = await Database.RunAsync(table => table.Write(key, payload, expected));
        Demand(change, key, grainState.ETag);
        Stamp(grainState, change.ETag);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = new StateKey(grainId.ToString(), stateName);
        var expected = Number(grainState.ETag);
        var change = await Database.RunAsync(table => table.Clear(key, expected));
        Demand(change, key, grainState.ETag);
        grainState.State = NewState<T>();
        Stamp(grainState, etag: null);
    }

    private T NewState<T>() => activators.GetActivator<T>().Create();

    private static void Stamp<T>(IGrainState<T> grainState, long? etag)
    {
        grainState.ETag = etag?.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = etag is not null;
    }

    private static void Demand(StateChange change, StateKey key, string? expected)
    {
        if (change.Done) return;
        var stored = change.ETag?.ToString(CultureInfo.InvariantCulture);
        throw new InconsistentStateException(
            $"Expected the state '{key.Name}' of {key.Grain} with the ETag {expected ?? "none"}, but it has {stored ?? "none"}: another activation changed it; read it again.",
            stored, expected);
    }

    /// <summary>Null stays null; what this storage never gave out becomes a number that it never gives out.</summary>
    private static long? Number(string? etag) =>
        etag is null ? null : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
