using System.Text.Json;

namespace OnePeace.Client;

/// <summary>A training run to begin.</summary>
/// <param name="Recipe">The recipe's JSON object, or a JSON string with the name of one that ships with the server.</param>
/// <param name="Data">From the server's folder of training data; null for that folder itself.</param>
public sealed record RunOrder(JsonElement Recipe, string? Data = null)
{
    /// <summary>Null for the recipe's.</summary>
    public int? Seed { get; init; }

    /// <summary>Null for the recipe's name.</summary>
    public string? Name { get; init; }

    /// <summary>Whether a modality that joined is attached when it is trained; null for where that can be. True where nothing could be attached is refused.</summary>
    public bool? Publish { get; init; }

    /// <summary>The version to publish; null for one of the run's own.</summary>
    public string? Version { get; init; }
}

/// <summary>A training run on a server.</summary>
/// <param name="State"><c>submitted</c>, <c>running</c>, <c>paused</c>, <c>failed</c>, <c>cancelled</c>, <c>finished</c> or <c>published</c>.</param>
public sealed record RunInfo(string Id, string State, string Name)
{
    /// <summary>Unix seconds.</summary>
    public long Created { get; init; }

    /// <summary>Unix seconds since when it is in this state.</summary>
    public long Since { get; init; }

    public string Data { get; init; } = "";

    public int Seed { get; init; }

    public bool Publish { get; init; }

    public IReadOnlyList<RunStageInfo> Stages { get; init; } = [];

    /// <summary>Why it failed, or why nothing of it serves.</summary>
    public string? Reason { get; init; }

    /// <summary>Of a run that has not ended: why nothing of it would be attached, as it was when it was begun.</summary>
    public string? Note { get; init; }

    /// <summary>Whether nothing more happens to it by itself.</summary>
    public bool Ended { get; init; }

    /// <summary>The last step's numbers; null before the first.</summary>
    public RunProgressInfo? Progress { get; init; }

    /// <summary>The modality that it became.</summary>
    public RunPackageInfo? Package { get; init; }
}

public sealed record RunStageInfo(string Name, long Steps);

public sealed record RunPackageInfo(string Modality, string Version, string Hash);

/// <summary>How far a run is.</summary>
public sealed record RunProgressInfo(string Stage, long Step, long Steps)
{
    /// <summary>From 1.</summary>
    public int StageNumber { get; init; }

    public int Stages { get; init; }

    public double Loss { get; init; }

    public IReadOnlyDictionary<string, double> Terms { get; init; } = new Dictionary<string, double>();

    public double Accuracy { get; init; }

    public double? ValidationAccuracy { get; init; }

    public double LearningRate { get; init; }

    public double PairsPerSecond { get; init; }

    /// <summary>Of this stage.</summary>
    public double RemainingSeconds { get; init; }

    /// <summary>Of the server's process.</summary>
    public long MemoryBytes { get; init; }

    public long BadPairs { get; init; }
}

/// <summary>Something that happened to a run: one of <paramref name="Progress"/> and <paramref name="State"/> is there.</summary>
/// <param name="Id">Counts up.</param>
public sealed record RunEventInfo(long Id, RunProgressInfo? Progress, RunStateInfo? State);

public sealed record RunStateInfo(string State, string? Reason);
