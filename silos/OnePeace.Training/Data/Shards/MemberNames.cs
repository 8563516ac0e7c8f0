namespace OnePeace.Training.Data.Shards;

/// <summary>Which modality a member of a shard belongs to, by its extension.</summary>
internal sealed class MemberNames
{
    /// <summary>Extensions that are not spelled as their media type is.</summary>
    private static readonly Dictionary<string, string> Subtypes = new(StringComparer.Ordinal) { ["txt"] = "plain", ["jpg"] = "jpeg", ["mp3"] = "mpeg" };

    private readonly IReadOnlyList<PairModality> _modalities;
    private readonly IReadOnlyDictionary<string, string> _extensions;   // by modality

    public MemberNames(IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string> extensions)
    {
        _modalities = modalities;
        _extensions = extensions.ToDictionary(e => e.Key, e => e.Value.TrimStart('.').ToLowerInvariant());
    }

    /// <summary>The name of a member's pair, up to the first dot behind the folder, and what stands behind that dot.</summary>
    public static (string Key, string Extension) Split(string member)
    {
        var dot = member.IndexOf('.', member.LastIndexOf('/') + 1);
        return dot < 0 ? (member, "") : (member[..dot], member[(dot + 1)..].ToLowerInvariant());
    }

    /// <summary>The index of the modality that an extension belongs to, or -1.</summary>
    public int Modality(string extension)
    {
        for (var i = 0; i < _modalities.Count; i++)
        {
            if (_extensions.TryGetValue(_modalities[i].Name, out var named) ? named == extension : Takes(_modalities[i], extension)) return i;
        }
        return -1;
    }

    private static bool Takes(PairModality modality, string extension) =>
        extension == modality.Name || modality.MediaTypes.Any(type => type[(type.IndexOf('/') + 1)..] == Subtypes.GetValueOrDefault(extension, extension));
}
