using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnePeace.Gateway.Runs;

/// <summary>Body of <c>POST /v1/runs</c>. Not init-only: what is left out would lose its default.</summary>
internal sealed record RunRequest
{
    [Description("The recipe itself, or the name of one that ships with the server.")]
    public JsonElement Recipe { get; set; }

    [Description("A file or folder, named from the server's folder of training data; that folder itself where it is left out.")]
    public string? Data { get; set; }

    [Description("Of every random draw; the recipe's where it is left out.")]
    public int? Seed { get; set; }

    [Description("What people call the run; the recipe's name where it is left out.")]
    public string? Name { get; set; }

    [Description("Whether a modality that joined is attached when it is trained. Where it is left out: where that can be; where it is true, an order of which nothing could be attached is refused.")]
    public bool? Publish { get; set; }

    [Description("The version to publish; one of the run's own where it is left out.")]
    public string? Version { get; set; }
}

/// <summary>Answer of <c>GET /v1/runs</c>.</summary>
internal sealed record RunList(IReadOnlyList<RunInfo> Data)
{
    public string Object => "list";
}

/// <summary>A training run.</summary>
internal sealed record RunInfo(string Id, string State, string Name)
{
    public string Object => "run";

    [Description("Unix seconds.")]
    public long Created { get; init; }

    [Description("Unix seconds since when it is in this state.")]
    public long Since { get; init; }

    public string Data { get; init; } = "";

    public int Seed { get; init; }

    public bool Publish { get; init; }

    public IReadOnlyList<RunStageInfo> Stages { get; init; } = [];

    [Description("Why it failed, or why nothing of it serves.")]
    public string? Reason { get; init; }

    [Description("Of a run that has not ended: why nothing of it would be attached, as it was when it was begun.")]
    public string? Note { get; init; }

    [Description("Whether nothing more happens to it by itself; then it can be deleted.")]
    public bool Ended { get; init; }

    [Description("The last step's numbers.")]
    public RunProgressInfo? Progress { get; init; }

    [Description("The modality that it became.")]
    public RunPackageInfo? Package { get; init; }

    [Description("The loss from the first step on, thinned. Only of a run that is asked for by its id.")]
    public IReadOnlyList<RunPointInfo>? Curve { get; init; }
}

internal sealed record RunStageInfo(string Name, long Steps);

internal sealed record RunPackageInfo(string Modality, string Version, string Hash);

internal sealed record RunPointInfo(int Stage, long Step, double Loss, double Accuracy);

/// <summary>How far a run is; also the data of an event <c>progress</c>.</summary>
internal sealed record RunProgressInfo(string Stage, long Step, long Steps)
{
    [Description("The stage's number, from 1.")]
    public int StageNumber { get; init; }

    public int Stages { get; init; }

    public double Loss { get; init; }

    [Description("Parts of the loss by name, not weighted.")]
    public IReadOnlyDictionary<string, double> Terms { get; init; } = new Dictionary<string, double>();

    [Description("Share of pairs that find each other, 0 to 1.")]
    public double Accuracy { get; init; }

    [Description("The same, of pairs that are not trained on.")]
    public double? ValidationAccuracy { get; init; }

    public double LearningRate { get; init; }

    public double PairsPerSecond { get; init; }

    [Description("Of this stage.")]
    public double RemainingSeconds { get; init; }

    [Description("Of the server's process.")]
    public long MemoryBytes { get; init; }

    [Description("Pairs that could not be used.")]
    public long BadPairs { get; init; }

    public string State { get; init; } = "";
}

/// <summary>The data of an event <c>state</c>.</summary>
internal sealed record RunStateInfo(string State, string? Reason);

/// <summary>Events <c>progress</c> and <c>state</c> as they happen.</summary>
internal sealed record RunEventStream;

/// <summary>Source-generated JSON of this feature.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(RunList))]
[JsonSerializable(typeof(RunProgressInfo))]
[JsonSerializable(typeof(RunStateInfo))]
internal sealed partial class RunJson : JsonSerializerContext;
