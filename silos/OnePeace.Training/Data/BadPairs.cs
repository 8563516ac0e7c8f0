using System.Text.Json.Serialization;

namespace OnePeace.Training.Data;

/// <summary>A pair that was left out.</summary>
/// <param name="Index">In its source.</param>
/// <param name="Id">Its name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Validation">Whether it is one to validate on; those have a source of their own.</param>
public sealed record BadPair(int Index, string Id, string Reason, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Validation = false)
{
    /// <summary>Where it is stored, such as <c>line 8 of train.jsonl</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Place { get; init; }

    /// <summary>As messages tell it.</summary>
    public override string ToString() => $"[{(Place is null || Place == Id ? Id : $"{Id}, {Place}")}] {Reason}";
}

/// <summary>The pairs that were left out so far, each once however often it is met. Thread-safe.</summary>
public sealed class BadPairs
{
    /// <summary>How many are told with a reason; the others are only counted.</summary>
    public const int MostListed = 100;

    private const int MostTold = 3;

    private readonly Lock _lock = new();
    private readonly HashSet<int> _known = [];
    private readonly List<BadPair> _listed = [];

    public int Count
    {
        get
        {
            lock (_lock) return _known.Count;
        }
    }

    /// <summary>The first ones.</summary>
    public IReadOnlyList<BadPair> Listed
    {
        get
        {
            lock (_lock) return [.. _listed];
        }
    }

    /// <summary>A few of them, as messages tell them.</summary>
    internal string Examples => string.Join(" ", Listed.Take(MostTold));

    internal void Add(BadPair pair)
    {
        lock (_lock)
        {
            if (_known.Add(pair.Index) && _listed.Count < MostListed) _listed.Add(pair);
        }
    }
}
