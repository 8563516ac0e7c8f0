using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace OnePeace.Engine.Devices;

/// <summary>One thread that touches a device's tensors: work items run on it one after the other, in order.</summary>
/// <remarks>After a fatal error (<see cref="DeviceFault"/>) it refuses all further work and <see cref="Healthy"/> is false.</remarks>
public sealed class DeviceThread : IAsyncDisposable
{
    internal const string Lost = "The device has failed; restart the process.";

    private const int Capacity = 256;

    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _torchThreads, _niceness;
    private volatile Exception? _fault;

    /// <param name="name">The thread's name, seen in debuggers and dumps.</param>
    /// <param name="torchThreads">How many threads torch may use for this one's operations.</param>
    /// <param name="niceness">0 to 19: how far it stands back behind other threads, where the system can do that.</param>
    public DeviceThread(string name, int torchThreads, int niceness = 0)
    {
        (_torchThreads, _niceness) = (torchThreads, niceness);
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    public bool Healthy => _fault is null;

    /// <summary>The fatal error, once there was one.</summary>
    public Exception? Fault => _fault;

    /// <summary>Raised on the thread itself, once, by the first fatal error.</summary>
    public event Action<Exception>? Failed;

    /// <summary>Runs work with gradients as torch has them by default; tensors belong to whom the work gives them.</summary>
    /// <exception cref="EngineUnavailableException">The device has failed or is closed, or too much work waits for it.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_work.Count >= Capacity || !TryPost(() => Complete(completion, work)))
            completion.SetException(new EngineUnavailableException("The device takes no more work: it is closed, or too much waits for it."));
        return completion.Task;
    }

    /// <summary>Runs work in inference mode and in a dispose scope of its own.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public Task<T> InferAsync<T>(Func<T> work) => RunAsync(() => Infer(work));

    /// <summary>Runs a function of this thread's in inference mode and in a dispose scope of its own.</summary>
    public static T Infer<T>(Func<T> work)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        return work();
    }

    /// <summary>Queues work that reports for itself, however much waits. What it throws counts as a failure of the device.</summary>
    internal bool TryPost(Action work)
    {
        try
        {
            _work.Add(work);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;   // closed
        }
    }

    /// <summary>Declares the device lost.</summary>
    internal void Fail(Exception fault)
    {
        if (Interlocked.CompareExchange(ref _fault, fault, null) is null) Failed?.Invoke(fault);
    }

    /// <summary>Takes no more work, finishes what is queued and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_work.IsAddingCompleted) _work.CompleteAdding();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        LowPriority.Take(_niceness);
        TorchThreads.Use(_torchThreads);
        foreach (var work in _work.GetConsumingEnumerable())
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                Fail(e);
            }
        }
        _ended.SetResult();
    }

    private void Complete<T>(TaskCompletionSource<T> completion, Func<T> work)
    {
        if (_fault is { } fault)
        {
            completion.SetException(new EngineUnavailableException(Lost, fault));
            return;
        }
        try
        {
            completion.SetResult(work());
        }
        catch (Exception e)
        {
            if (DeviceFault.IsFatal(e)) Fail(e);
            completion.SetException(e);
        }
    }
}
