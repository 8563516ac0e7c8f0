namespace OnePeace.Contracts.Runs;

/// <summary>One training run of one core. Durable. Key: <c>core/id</c>.</summary>
/// <remarks>What cannot be done comes back as <see cref="RunReply.Fault"/>; an exception says that the cluster or its storage failed. Every command can be sent again safely.</remarks>
[Alias("onepeace.training-run")]
public interface ITrainingRunGrain : IGrainWithStringKey
{
    /// <summary>Begins the run; the same order once more is no change.</summary>
    [Alias("submit"), ResponseTimeout("00:00:30")]
    Task<RunReply> SubmitAsync(RunOrder order);

    [Alias("describe"), ResponseTimeout("00:00:05")]
    Task<RunReply> DescribeAsync();

    /// <summary>As <see cref="DescribeAsync"/>, without the curve.</summary>
    [Alias("summarise"), ResponseTimeout("00:00:05")]
    Task<RunReply> SummariseAsync();

    /// <summary>Stops it after the step under way; it keeps what it has.</summary>
    [Alias("pause"), ResponseTimeout("00:00:30")]
    Task<RunReply> PauseAsync();

    /// <summary>Goes on where it was paused, where it failed, or with publishing where only that failed.</summary>
    [Alias("resume"), ResponseTimeout("00:00:30")]
    Task<RunReply> ResumeAsync();

    /// <summary>Ends it for good.</summary>
    [Alias("cancel"), ResponseTimeout("00:00:30")]
    Task<RunReply> CancelAsync();

    /// <summary>Forgets a run that has ended, and its files. Its id is never used again.</summary>
    [Alias("delete"), ResponseTimeout("00:00:30")]
    Task<RunReply> DeleteAsync();

    /// <summary>What happened after an event's number, oldest first; the last few hundred are kept in memory.</summary>
    [Alias("events"), ResponseTimeout("00:00:05")]
    Task<RunEvents> EventsAsync(long after);

    /// <summary>The model after the last stage that is done, which <see cref="IRunFilesGrain"/> gives.</summary>
    [Alias("model"), ResponseTimeout("00:00:30")]
    Task<RunModelReply> ModelAsync();

    /// <summary>A worker takes the run up. Null where it should not run now, or another worker has it.</summary>
    /// <param name="worker">Of those that can exist at one time, no two have the same name.</param>
    [Alias("take"), ResponseTimeout("00:00:10")]
    Task<RunLease?> TakeAsync(string worker);

    /// <summary>A worker tells how far it is, which also keeps its lease.</summary>
    /// <returns>False where the lease is lost, or the run should stop: the worker stops, and nothing that it told is kept.</returns>
    [Alias("report"), ResponseTimeout("00:00:10")]
    Task<bool> ReportAsync(RunReport report);
}

/// <summary>The training runs of a core. Durable. Key: the core's name.</summary>
[Alias("onepeace.run-catalogue")]
public interface IRunCatalogueGrain : IGrainWithStringKey
{
    /// <summary>Ids in the order in which they came.</summary>
    [Alias("ids"), ResponseTimeout("00:00:05")]
    Task<IReadOnlyList<string>> IdsAsync();

    /// <summary>Ids of runs that a worker may have something to do for, in the order in which they came; may name some too many.</summary>
    [Alias("open"), ResponseTimeout("00:00:05")]
    Task<IReadOnlyList<string>> OpenAsync();

    /// <summary>Ids of runs whose files are to go.</summary>
    [Alias("deleted"), ResponseTimeout("00:00:05")]
    Task<IReadOnlyList<string>> DeletedAsync();

    /// <summary>Lists a run.</summary>
    /// <param name="isOpen">Whether workers should look at it.</param>
    /// <returns>False where there are too many.</returns>
    [Alias("enter")]
    Task<bool> EnterAsync(string id, bool isOpen);

    [Alias("delete")]
    Task DeleteAsync(string id);

    /// <summary>Takes an id off that never became a run.</summary>
    [Alias("drop")]
    Task DropAsync(string id);

    /// <summary>A worker that has training data tells that it is there, every few seconds.</summary>
    [Alias("attend"), ResponseTimeout("00:00:05")]
    Task AttendAsync();

    /// <summary>Whether such a worker was heard of lately.</summary>
    [Alias("attended"), ResponseTimeout("00:00:05")]
    Task<bool> IsAttendedAsync();
}
