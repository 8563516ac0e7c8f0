using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OnePeace.GrainStorage;

/// <summary>Gives a silo durable grain state with nothing to install.</summary>
public static class SqliteSiloBuilderExtensions
{
    /// <summary>Keeps the state of grains that ask for the storage <paramref name="name"/> in one SQLite file, which appears with its folder at the silo's start.</summary>
    /// <remarks>Any other provider of Orleans may have the name instead. A keyed <see cref="IGrainStorageSerializer"/> of that name replaces Orleans' own format.</remarks>
    public static ISiloBuilder AddSqliteGrainStorage(this ISiloBuilder silo, string name, string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        silo.Services.AddGrainStorage(name, (services, storage) =>
            new SqliteGrainStorage(storage, path, Serializer(services, storage), services.GetRequiredService<IActivatorProvider>()));
        return silo;
    }

    private static IGrainStorageSerializer Serializer(IServiceProvider services, string name) =>
        services.GetKeyedService<IGrainStorageSerializer>(name) ?? new OrleansGrainStorageSerializer(services.GetRequiredService<Serializer>());
}
