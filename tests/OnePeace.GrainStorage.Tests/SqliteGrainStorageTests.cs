using Orleans.Storage;

namespace OnePeace.GrainStorage.Tests;

public sealed class SqliteGrainStorageTests : StorageFolder
{
    [Fact]
    public async Task A_state_that_was_never_written_is_a_new_one_without_record()
    {
        await using var storage = await OpenStorage.AtAsync(Database);
        var state = await storage.ReadAsync();
        Assert.NotNull(state.State);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task What_is_written_is_read_also_after_reopening()
    {
        var written = new ActivationState<Count> { State = new Count { Value = 7, Notes = [new Note { Text = "ж" }] } };
        await using (var storage = await OpenStorage.AtAsync(Database)) await storage.WriteAsync(written);
        Assert.True(written.RecordExists);

        await using var reopened = await OpenStorage.AtAsync(Database);
        var read = await reopened.ReadAsync();
        Assert.Equal((7, "ж", written.ETag, true), (read.State.Value, Assert.Single(read.State.Notes).Text, read.ETag, read.RecordExists));
        Assert.False((await reopened.ReadAsync("b")).RecordExists);
    }

    [Fact]
    public async Task Of_two_activations_with_the_same_ETag_one_loses_and_changes_nothing()
    {
        await using var storage = await OpenStorage.AtAsync(Database);
        await storage.WriteAsync(new ActivationState<Count> { State = new Count { Value = 1 } });
        ActivationState<Count> first = await storage.ReadAsync(), second = await storage.ReadAsync();
        first.State.Value = 2;
        await storage.WriteAsync(first);
        second.State.Value = 3;
        var lost = await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteAsync(second));
        Assert.Equal(first.ETag, lost.StoredEtag);
        Assert.Equal(second.ETag, lost.CurrentEtag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearAsync(second));
        Assert.Equal(2, (await storage.ReadAsync()).State.Value);
    }

    [Fact]
    public async Task Of_two_first_writes_one_loses()
    {
        await using var storage = await OpenStorage.AtAsync(Database);
        ActivationState<Count> first = await storage.ReadAsync(), second = await storage.ReadAsync();
        await storage.WriteAsync(first);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteAsync(second));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearAsync(second));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("\"0x8DB\"")]
    [InlineData("")]
    public async Task An_ETag_that_this_storage_never_gave_out_loses(string etag)
    {
        await using var storage = await OpenStorage.AtAsync(Database);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteAsync(new ActivationState<Count> { State = new Count(), ETag = etag }));
    }

    [Fact]
    public async Task A_cleared_state_is_gone_and_one_written_anew_is_not_taken_for_it()
    {
        await using var storage = await OpenStorage.AtAsync(Database);
        var state = new ActivationState<Count> { State = new Count { Value = 5 } };
        await storage.WriteAsync(state);
        var old = await storage.ReadAsync();
        await storage.ClearAsync(state);
        Assert.Equal((0, null, false), (state.State.Value, state.ETag, state.RecordExists));
        Assert.False((await storage.ReadAsync()).RecordExists);

        await storage.WriteAsync(state);
        Assert.NotEqual(old.ETag, state.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteAsync(old));
    }

    [Fact]
    public async Task Clearing_nothing_is_no_error()
    {
        await using var storage = await OpenStorage.AtAsync(Database);
        await storage.ClearAsync(await storage.ReadAsync());
    }

    [Fact]
    public async Task Many_writers_at_once_through_two_openings_lose_no_increment()
    {
        await using OpenStorage one = await OpenStorage.AtAsync(Database), two = await OpenStorage.AtAsync(Database);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => IncrementAsync(writer % 2 == 0 ? one : two, times: 10)));
        Assert.Equal(160, (await one.ReadAsync()).State.Value);
    }

    [Fact]
    public async Task A_write_does_not_hold_its_caller_while_the_file_is_locked()
    {
        await using var storage = await OpenStorage.AtAsync(Database);
        using var locking = Connect();
        Execute(locking, "BEGIN IMMEDIATE");
        var write = storage.WriteAsync(new ActivationState<Count> { State = new Count { Value = 9 } });
        Assert.False(write.IsCompleted);
        Execute(locking, "COMMIT");
        await write;
        Assert.Equal(9, (await storage.ReadAsync()).State.Value);
    }

    [Fact]
    public async Task Work_that_fails_does_not_fail_what_waits_beside_it()
    {
        await using var database = await StateDatabase.OpenAsync(Database, default);
        using var locking = Connect();
        Execute(locking, "BEGIN IMMEDIATE");   // until all three are waiting
        var first = database.RunAsync(table => table.Write(new StateKey("g", "first"), [1], null));
        var failing = database.RunAsync<int>(_ => throw new NotSupportedException("by design"));
        var last = database.RunAsync(table => table.Write(new StateKey("g", "last"), [2], null));
        Execute(locking, "COMMIT");
        await Assert.ThrowsAsync<NotSupportedException>(() => failing);
        Assert.True((await first).Done && (await last).Done);
        Assert.Equal([1], (await database.RunAsync(table => table.Read(new StateKey("g", "first"))))!.Value.Payload);
        Assert.Equal([2], (await database.RunAsync(table => table.Read(new StateKey("g", "last"))))!.Value.Payload);
    }

    [Fact]
    public async Task State_survives_other_names_of_types_and_members_and_added_and_dropped_ones()
    {
        await using var storage = await OpenStorage.AtAsync(Database);
        await storage.WriteAsync(new ActivationState<Count> { State = new Count { Value = 7, Notes = [new Note { Text = "kept" }] } });
        var tally = (await storage.ReadAsync<Tally>()).State;
        Assert.Equal((7, "none"), (tally.Total, tally.Unit));
        Assert.Equal("kept", Assert.Single((await storage.ReadAsync<Remarks>()).State.Entries).Words);
    }

    [Fact]
    public async Task A_closed_storage_says_so()
    {
        var storage = await OpenStorage.AtAsync(Database);
        await storage.DisposeAsync();
        Assert.Contains("not open", (await Assert.ThrowsAsync<InvalidOperationException>(() => storage.ReadAsync())).Message);
    }

    private static async Task IncrementAsync(OpenStorage storage, int times)
    {
        while (times > 0)
        {
            var state = await storage.ReadAsync();
            state.State.Value++;
            try
            {
                await storage.WriteAsync(state);
                times--;
            }
            catch (InconsistentStateException)
            {
                // Another writer was first: read again.
            }
        }
    }
}
