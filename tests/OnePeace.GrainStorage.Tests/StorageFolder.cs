using Microsoft.Data.Sqlite;

namespace OnePeace.GrainStorage.Tests;

/// <summary>A folder of a test's own, and the storage's file in it.</summary>
public abstract class StorageFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-storage-").FullName;

    protected string Database => Path.Combine(_folder, "deep", "below", "grains.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The same file, past the storage.</summary>
    protected SqliteConnection Connect()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Database)!);
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        return connection;
    }

    protected static object? Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
