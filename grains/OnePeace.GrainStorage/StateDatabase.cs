using System.Threading.Channels;

namespace OnePeace.GrainStorage;

/// <summary>Does all work on one file in turn, away from the grains' scheduler; what is waiting shares one flush to the disk.</summary>
internal sealed class StateDatabase : IAsyncDisposable
{
    private const int QueueLength = 1024, LargestBatch = 64;

    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly string _path;
    private readonly Task _serving;
    private StateTable? _table;

    private StateDatabase(string path, StateTable table)
    {
        _path = path;
        _table = table;
        _serving = Task.Run(ServeAsync);
    }

    public static Task<StateDatabase> OpenAsync(string path, CancellationToken cancellation) =>
        Task.Run(() => new StateDatabase(path, StateTable.Open(path)), cancellation);

    /// <summary>Does something in a transaction; when the task ends, it is on the disk.</summary>
    public async Task<T> RunAsync<T>(Func<StateTable, T> run)
    {
        var work = new Work<T>(run);
        await _queue.Writer.WriteAsync(work);
        return await work.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _serving;
    }

    private async Task ServeAsync()
    {
        var batch = new List<Work>(LargestBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < LargestBatch && _queue.Reader.TryRead(out var work)) batch.Add(work);
            Serve(batch);
            batch.Clear();
        }
        Close();
    }

    private void Serve(IReadOnlyList<Work> batch)
    {
        var running = false;
        try
        {
            _table ??= StateTable.Open(_path);
            using var transaction = _table.Begin();
            running = true;
            foreach (var work in batch) work.Run(_table);
            running = false;
            transaction.Commit();
        }
        catch (Exception e)
        {
            Close();   // in whatever state the connection is, the next batch has a sound one
            Fail(batch, e, apart: running && batch.Count > 1);
            return;
        }
        foreach (var work in batch) work.Succeed();
    }

    /// <param name="batch">Nothing of it is in the file, unless a commit failed half way.</param>
    /// <param name="error">Why.</param>
    /// <param name="apart">Whether one piece of work failed, whose neighbours can be done without it.</param>
    private void Fail(IReadOnlyList<Work> batch, Exception error, bool apart)
    {
        foreach (var work in batch)
        {
            if (apart) Serve([work]);
            else work.Fail(error);
        }
    }

    private void Close()
    {
        _table?.Dispose();
        _table = null;
    }

    private abstract class Work
    {
        public abstract void Run(StateTable table);
        public abstract void Succeed();
        public abstract void Fail(Exception error);
    }

    private sealed class Work<T>(Func<StateTable, T> run) : Work
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _value;

        public Task<T> Task => _completion.Task;

        public override void Run(StateTable table) => _value = run(table);
        public override void Succeed() => _completion.SetResult(_value!);
        public override void Fail(Exception error) => _completion.SetException(error);
    }
}
