using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace OnePeace.GrainStorage;

/// <summary>The SQLite file: how it is opened, checked and laid out.</summary>
internal static class StateFile
{
    /// <summary>The layout below; a file says with which it was made.</summary>
    public const long Version = 1;

    private const long Application = 0x4F504753;   // "OPGS", marks the file as ours
    private const int BusySeconds = 10;

    private const string Layout =
        """
        CREATE TABLE state (grain TEXT NOT NULL, name TEXT NOT NULL, etag INTEGER NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (grain, name));
        CREATE TABLE counter (last INTEGER NOT NULL);
        INSERT INTO counter (last) VALUES (0);
        """;

    public static SqliteConnection Open(string path)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = BusySeconds }.ToString());
        try
        {
            connection.Open();
            Prepare(connection, path);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Explain(e, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Prepare(SqliteConnection connection, string path)
    {
        Execute(connection, $"PRAGMA busy_timeout = {BusySeconds * 1000}");
        CheckOwner(connection, path);   // before anything is written to somebody else's file
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        if (Ask(connection, "PRAGMA quick_check(1)") is not "ok") throw Damaged(path, null);
        using var transaction = connection.BeginTransaction(deferred: false);
        if (IsNew(connection)) Execute(connection, $"{Layout} PRAGMA application_id = {Application}; PRAGMA user_version = {Version};");
        transaction.Commit();
    }

    private static void CheckOwner(SqliteConnection connection, string path)
    {
        if (IsNew(connection)) return;
        if (Ask(connection, "PRAGMA application_id") is not Application)
            throw new InvalidDataException($"Expected grain storage in {path}, but it is another program's database; name another file.");
        if (Ask(connection, "PRAGMA user_version") is not long version || version > Version)
            throw new InvalidDataException($"{path} was written by a later version of this program (layout {Ask(connection, "PRAGMA user_version")}, here {Version}); run that version, or name another file.");
    }

    private static bool IsNew(SqliteConnection connection) => Ask(connection, "SELECT count(*) FROM sqlite_master") is 0L;

    private static Exception Explain(SqliteException error, string path) => error.SqliteErrorCode switch
    {
        SQLITE_NOTADB or SQLITE_CORRUPT => Damaged(path, error),
        SQLITE_BUSY or SQLITE_LOCKED => new IOException($"Another process has held {path} locked for {BusySeconds} seconds; end it, or name another file.", error),
        _ => new IOException($"The grain storage {path} cannot be opened ({error.Message}); check the file, its folder's permissions and the space on the disk.", error),
    };

    private static InvalidDataException Damaged(string path, Exception? error) =>
        new($"{path} is damaged, or no SQLite database. Put a backup in its place; or move it away together with its -wal and -shm files to begin with empty storage.", error);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
