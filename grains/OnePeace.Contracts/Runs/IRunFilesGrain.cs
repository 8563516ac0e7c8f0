namespace OnePeace.Contracts.Runs;

/// <summary>The files of the runs that one worker trained, which lie on the silo that it works on. Key: <c>core/worker</c>.</summary>
/// <remarks>The worker's own call brings it to that silo. Elsewhere it answers that the worker is not there, and goes.</remarks>
[Alias("onepeace.run-files")]
public interface IRunFilesGrain : IGrainWithStringKey
{
    /// <summary>The worker tells that it is there, every few seconds.</summary>
    [Alias("attend"), ResponseTimeout("00:00:05")]
    Task AttendAsync();

    /// <summary>The first of some folders of a run that is there, with its files; without files where none is. Null where the worker is not there.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="folders">From the run's folder, with '/'.</param>
    [Alias("find"), ResponseTimeout("00:00:10")]
    Task<RunModel?> FindAsync(string run, IReadOnlyList<string> folders);

    /// <summary>Some bytes of a file, as many as come at once; none at its end. Null where it is not there any more, or the worker is not.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="file">From the run's folder, with '/'.</param>
    /// <param name="offset">Bytes before them.</param>
    [Alias("read"), ResponseTimeout("00:00:30")]
    Task<RunChunk?> ReadAsync(string run, string file, long offset);
}

/// <summary>A trained model of a run.</summary>
/// <param name="Worker">Whose files it is among.</param>
/// <param name="Folder">From the run's folder.</param>
/// <param name="Files">In ordinal order of their names.</param>
[GenerateSerializer, Immutable, Alias("onepeace.run-model")]
public sealed record RunModel([property: Id(0)] string Worker, [property: Id(1)] string Folder, [property: Id(2)] IReadOnlyList<RunFile> Files);

/// <param name="Name">From the model's folder, with '/'.</param>
[GenerateSerializer, Immutable, Alias("onepeace.run-file")]
public sealed record RunFile([property: Id(0)] string Name, [property: Id(1)] long Bytes);

[GenerateSerializer, Immutable, Alias("onepeace.run-chunk")]
public sealed record RunChunk([property: Id(0)] byte[] Bytes);

/// <summary>A trained model of a run, or why there is none.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.run-model-reply")]
public sealed record RunModelReply
{
    [Id(0)] public RunModel? Model { get; init; }

    [Id(1)] public RunFault? Fault { get; init; }

    public static implicit operator RunModelReply(RunFault fault) => new() { Fault = fault };
}
