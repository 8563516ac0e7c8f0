namespace OnePeace.GrainStorage.Tests;

public sealed class StateFileTests : StorageFolder
{
    [Fact]
    public async Task Every_commit_is_flushed_to_a_write_ahead_log()
    {
        using var connection = StateFile.Open(Database);
        Assert.Equal("wal", Execute(connection, "PRAGMA journal_mode"));
        Assert.Equal(2L, Execute(connection, "PRAGMA synchronous"));   // FULL
        await using var beside = await OpenStorage.AtAsync(Database);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Database)!);
        File.WriteAllText(Database, string.Concat(Enumerable.Repeat("this is no database ", 1000)));
        Assert.Contains($"{Database} is damaged", (await FailAsync()).Message);
        Assert.StartsWith("this is no database", File.ReadAllText(Database));
    }

    [Fact]
    public async Task A_page_that_is_damaged_is_noticed_at_the_start()
    {
        await using (var storage = await OpenStorage.AtAsync(Database))
            for (var i = 0; i < 200; i++)
                await storage.WriteAsync(new ActivationState<Count> { State = new Count { Notes = [new Note { Text = new string('x', 500) }] } }, $"{i}");
        using (var file = File.OpenWrite(Database))
        {
            file.Position = file.Length / 2 / 4096 * 4096;
            file.Write(Enumerable.Repeat((byte)0xAA, 4096).ToArray());
        }
        Assert.Contains($"{Database} is damaged", (await FailAsync()).Message);
    }

    [Fact]
    public async Task A_later_layout_is_not_touched()
    {
        await using (await OpenStorage.AtAsync(Database)) { }
        using (var connection = Connect()) Execute(connection, "PRAGMA user_version = 2");
        Assert.Contains($"{Database} was written by a later version of this program (layout 2, here 1)", (await FailAsync()).Message);
    }

    [Fact]
    public async Task Another_programs_database_is_not_touched()
    {
        using (var connection = Connect()) Execute(connection, "CREATE TABLE theirs (id INTEGER)");
        Assert.Contains("another program's database", (await FailAsync()).Message);
        using var later = Connect();
        Assert.Equal("delete", Execute(later, "PRAGMA journal_mode"));
        Assert.Equal(1L, Execute(later, "SELECT count(*) FROM sqlite_master"));
    }

    [Fact]
    public async Task A_folder_in_the_files_place_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(Database);
        Assert.Contains(Database, (await Assert.ThrowsAsync<IOException>(() => OpenStorage.AtAsync(Database))).Message);
    }

    [Fact]
    public async Task A_new_file_opened_by_many_at_once_is_laid_out_once()
    {
        var storages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenStorage.AtAsync(Database)));
        await storages[0].WriteAsync(new ActivationState<Count> { State = new Count { Value = 4 } });
        foreach (var storage in storages)
        {
            Assert.Equal(4, (await storage.ReadAsync()).State.Value);
            await storage.DisposeAsync();
        }
    }

    private Task<InvalidDataException> FailAsync() => Assert.ThrowsAsync<InvalidDataException>(() => OpenStorage.AtAsync(Database));
}
