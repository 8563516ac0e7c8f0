using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OnePeace.GrainStorage.Tests;

/// <summary>A storage outside a silo.</summary>
internal sealed class OpenStorage : IAsyncDisposable
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    private readonly SqliteGrainStorage _storage;

    private OpenStorage(string path) =>
        _storage = new SqliteGrainStorage("test", path, new OrleansGrainStorageSerializer(Services.GetRequiredService<Serializer>()), Services.GetRequiredService<IActivatorProvider>());

    public static GrainId Grain(string key = "a") => GrainId.Create("counter", key);

    public static async Task<OpenStorage> AtAsync(string path)
    {
        var storage = new OpenStorage(path);
        await storage._storage.OpenAsync(default);
        return storage;
    }

    public async Task<ActivationState<T>> ReadAsync<T>(string key = "a")
    {
        var state = new ActivationState<T>();
        await _storage.ReadStateAsync("state", Grain(key), state);
        return state;
    }

    public Task<ActivationState<Count>> ReadAsync(string key = "a") => ReadAsync<Count>(key);

    public Task WriteAsync<T>(ActivationState<T> state, string key = "a") => _storage.WriteStateAsync("state", Grain(key), state);

    public Task ClearAsync(ActivationState<Count> state, string key = "a") => _storage.ClearStateAsync("state", Grain(key), state);

    public ValueTask DisposeAsync() => new(_storage.CloseAsync(default));
}
