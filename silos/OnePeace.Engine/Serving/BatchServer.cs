using OnePeace.Engine.Batching;
using OnePeace.Engine.Devices;

namespace OnePeace.Engine.Serving;

/// <summary>One slot: takes batches from the queue whenever its device thread has nothing else to do, and answers their jobs. Between two layers a batch makes way for tenants that ask little.</summary>
/// <param name="queue">What waits.</param>
/// <param name="encode">Computes jobs; calls back between two layers.</param>
/// <param name="device">Where.</param>
/// <param name="metrics">What is reported.</param>
/// <param name="time">The clock.</param>
internal sealed class BatchServer(BatchQueue<EncodeJob> queue, Func<IReadOnlyList<EncodeJob>, Action?, float[][]> encode, DeviceThread device, EngineMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan MemoryPause = TimeSpan.FromSeconds(5);

    private int _scheduled;
    private volatile Running? _running;

    /// <summary>Gives the device up where a batch has not come back for this long: nothing can end the thread, and nobody else is served meanwhile.</summary>
    public void LookAfter(TimeSpan longest)
    {
        if (_running is not { } running || time.GetElapsedTime(running.Since) - running.Aside < longest) return;
        device.Fail(new TimeoutException($"A batch has not come back for {longest.TotalSeconds:0} seconds; it holds inputs of {string.Join(", ", running.Batch.Entries.SelectMany(e => e.Value.Parts).Select(p => p.Version.Name).Distinct())}."));
    }

    /// <summary>Says that there may be work. Each batch is one work item of the device thread, so that other work comes in between.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0 && !device.TryPost(ServeOne)) Volatile.Write(ref _scheduled, 0);
    }

    private void ServeOne()
    {
        Volatile.Write(ref _scheduled, 0);
        if (device.Healthy)
        {
            var batch = queue.Take();
            foreach (var entry in batch.Expired) Expire(entry.Value);
            Serve(batch);
        }
        if (device.Healthy && queue.Count > 0) Wake();
    }

    /// <summary>Between two layers of a batch: what quiet tenants have, until the batch has stood aside for as long as it was computed.</summary>
    private void MakeWay()
    {
        if (_running is not { } running || running.Aside > time.GetElapsedTime(running.Since) - running.Aside) return;
        try
        {
            if (device.Healthy && queue.Count > 0) Serve(queue.TakeBetween(running.Batch));
        }
        catch (Exception e)
        {
            device.Fail(e);   // as on the thread itself: it is no fault of the batch that made way
        }
    }

    private void Expire(EncodeJob job)
    {
        metrics.Dropped(DropReason.Deadline);
        job.Fail(new TimeoutException("The deadline passed before the work was begun."));
        job.LeaveDevice();
    }

    private void Serve(TakenBatch<EncodeJob> batch)
    {
        if (batch.Entries.Count == 0) return;
        var (start, interrupted) = (time.GetTimestamp(), _running);
        var running = new Running(batch, start, interrupted is null ? MakeWay : null);
        var whole = false;
        try
        {
            _running = running;
            metrics.BatchTaken(batch, start, time);
            whole = Encode([.. batch.Entries.Select(e => e.Value)]);
        }
        finally
        {
            _running = interrupted;
            foreach (var entry in batch.Entries) Leave(entry.Value);
            var duration = time.GetElapsedTime(start);
            if (interrupted is not null) interrupted.Aside += duration;
            duration -= running.Aside;
            queue.RecordBatch(batch, whole ? duration : null);
            metrics.BatchComputed(duration);
        }
    }

    /// <summary>Whoever has no answer now gets none.</summary>
    private static void Leave(EncodeJob job)
    {
        if (!job.IsOver) job.Fail(new EngineUnavailableException(DeviceThread.Lost));
        job.LeaveDevice();
    }

    /// <summary>A batch that throws is halved until the job that is to blame stands alone.</summary>
    /// <returns>Whether all of it was encoded at the first try.</returns>
    private bool Encode(IReadOnlyList<EncodeJob> batch, bool again = true)
    {
        var jobs = batch.Where(job => !job.IsOver).ToArray();   // callers leave while their batch is halved
        if (jobs.Length == 0) return false;
        if (device.Fault is { } fault)   // what a lost device still computes cannot be trusted
        {
            foreach (var job in jobs) job.Fail(new EngineUnavailableException(DeviceThread.Lost, fault));
            return false;
        }
        try
        {
            var vectors = encode(jobs, _running?.Pause);
            if (device.Fault is { } lost) throw new EngineUnavailableException(DeviceThread.Lost, lost);   // meanwhile, in other work
            for (var i = 0; i < jobs.Length; i++) Answer(jobs[i], vectors[i]);
            return jobs.Length == batch.Count;
        }
        catch (Exception e)
        {
            Split(jobs, e, again);
            return false;
        }
    }

    /// <summary>A lone job is given a second try before it is blamed: what fails for a moment, in a plugin or below it, is not the input's fault.</summary>
    private void Split(EncodeJob[] jobs, Exception exception, bool again = true)
    {
        if (device.Fault is not null || DeviceFault.IsFatal(exception))
        {
            device.Fail(exception);
            foreach (var job in jobs) job.Fail(new EngineUnavailableException(DeviceThread.Lost, exception));
        }
        else if (jobs.Length == 1 && again)
        {
            Encode(jobs, again: false);
        }
        else if (jobs.Length == 1)
        {
            jobs[0].Fail(DeviceFault.IsOutOfMemory(exception) ? new EngineOverloadedException(MemoryPause) : new UnencodableException("The model cannot encode this input.", exception));
        }
        else
        {
            Encode(jobs[..(jobs.Length / 2)]);
            Encode(jobs[(jobs.Length / 2)..]);
        }
    }

    private static void Answer(EncodeJob job, float[] vector)
    {
        if (vector.All(float.IsFinite)) job.Complete(vector);
        else job.Fail(new UnencodableException("The model makes no finite vector of this input."));
    }

    /// <param name="Batch">What is computed.</param>
    /// <param name="Since">When it was begun.</param>
    /// <param name="Pause">Comes between two of its layers.</param>
    private sealed record Running(TakenBatch<EncodeJob> Batch, long Since, Action? Pause)
    {
        /// <summary>How long it stood aside for others.</summary>
        public TimeSpan Aside { get; set; }
    }
}
