using Microsoft.Data.Sqlite;

namespace OnePeace.GrainStorage;

/// <summary>Which state of which grain.</summary>
internal readonly record struct StateKey(string Grain, string Name);

/// <summary>A stored state.</summary>
internal readonly record struct StateRow(long ETag, byte[] Payload);

/// <summary>What a write or a clear came to.</summary>
/// <param name="Done">False if the stored ETag was not the expected one; then nothing changed.</param>
/// <param name="ETag">What is stored now; null for nothing.</param>
internal readonly record struct StateChange(bool Done, long? ETag);

/// <summary>The rows of an open file, for one thread at a time.</summary>
internal sealed class StateTable : IDisposable
{
    private readonly SqliteConnection _connection;

    private StateTable(SqliteConnection connection) => _connection = connection;

    /// <exception cref="InvalidDataException">The file is damaged, of a later version, or not grain storage at all.</exception>
    public static StateTable Open(string path) => new(StateFile.Open(path));

    /// <summary>Begins to write; the caller commits and disposes.</summary>
    public SqliteTransaction Begin() => _connection.BeginTransaction(deferred: false);

    public StateRow? Read(StateKey key)
    {
        using var command = Command("SELECT etag, payload FROM state WHERE grain = $grain AND name = $name", key);
        using var reader = command.ExecuteReader();
        return reader.Read() ? new StateRow(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : null;
    }

    /// <param name="key">Of which state.</param>
    /// <param name="payload">Its new content.</param>
    /// <param name="expected">The stored ETag; null if nothing is stored.</param>
    public StateChange Write(StateKey key, byte[] payload, long? expected)
    {
        if (ETag(key) is var present && present != expected) return new StateChange(Done: false, present);
        var etag = NextETag();
        using var command = Command(
            "INSERT INTO state (grain, name, etag, payload) VALUES ($grain, $name, $etag, $payload) " +
            "ON CONFLICT (grain, name) DO UPDATE SET etag = excluded.etag, payload = excluded.payload", key);
        command.Parameters.AddWithValue("$etag", etag);
        command.Parameters.AddWithValue("$payload", payload);
        command.ExecuteNonQuery();
        return new StateChange(Done: true, etag);
    }

    public StateChange Clear(StateKey key, long? expected)
    {
        if (ETag(key) is var present && present != expected) return new StateChange(Done: false, present);
        using var command = Command("DELETE FROM state WHERE grain = $grain AND name = $name", key);
        command.ExecuteNonQuery();
        return new StateChange(Done: true, ETag: null);
    }

    public void Dispose() => _connection.Dispose();

    private long? ETag(StateKey key)
    {
        using var command = Command("SELECT etag FROM state WHERE grain = $grain AND name = $name", key);
        return (long?)command.ExecuteScalar();
    }

    /// <summary>One more than ever before in this file, so that a state cleared and written anew is not taken for the old one.</summary>
    private long NextETag()
    {
        using var command = Command("UPDATE counter SET last = last + 1 RETURNING last", key: null);
        return (long)command.ExecuteScalar()!;
    }

    private SqliteCommand Command(string sql, StateKey? key)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        if (key is not null)
        {
            command.Parameters.AddWithValue("$grain", key.Value.Grain);
            command.Parameters.AddWithValue("$name", key.Value.Name);
        }
        return command;
    }
}
