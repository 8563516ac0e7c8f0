using OnePeace.Modalities;

namespace OnePeace.Training.Data.Shards;

/// <summary>Pairs in tar files as WebDataset has them: members of one name and different extensions. Each is read where it lies.</summary>
internal sealed class ShardSource : IPairSource
{
    /// <summary>How many members <see cref="CheckHead"/> looks at, at most, in all shards: one may hold all of one kind before the first of another.</summary>
    private const int HeadMembers = 1000;

    private readonly IReadOnlyList<string> _shards;
    private readonly IReadOnlyList<PairModality> _modalities;
    private readonly List<ShardPair> _pairs = [];
    private readonly List<PairGroup> _groups = [];

    private ShardSource(IReadOnlyList<string> shards, IReadOnlyList<PairModality> modalities) => (_shards, _modalities) = (shards, modalities);

    public int Count => _pairs.Count;

    /// <exception cref="InvalidDataException">A shard is damaged, or there is no pair.</exception>
    public static ShardSource Open(IReadOnlyList<string> shards, IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string> extensions, CancellationToken cancellation)
    {
        var source = new ShardSource(shards, modalities);
        var index = new ShardIndex(modalities, new MemberNames(modalities, extensions));
        for (var shard = 0; shard < shards.Count; shard++)
        {
            foreach (var pair in index.Read(shards[shard], shard, cancellation))
                source.Add(pair);
        }
        return source.Count > 0
            ? source
            : throw new InvalidDataException($"'{shards[0]}' must hold members of {string.Join(" and ", modalities.Select(m => m.Name))}, such as name.{modalities[0].Name}, but holds none: say in the recipe's columns which extensions they have.");
    }

    /// <summary>Looks at the first members of shards, one shard after the other, for one of every modality.</summary>
    /// <exception cref="InvalidDataException">A shard is damaged, or all of them together have few members and none of a modality.</exception>
    public static void CheckHead(IReadOnlyList<string> shards, IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string> extensions)
    {
        var index = new ShardIndex(modalities, new MemberNames(modalities, extensions));
        var (met, looks) = (new HashSet<int>(), HeadMembers);
        foreach (var shard in shards.TakeWhile(_ => looks > 0 && met.Count < modalities.Count)) looks = index.Meet(shard, met, looks);
        string[] missing = [.. modalities.Where((_, at) => !met.Contains(at)).Select(modality => modality.Name)];
        if (missing.Length > 0 && looks > 0)
            throw new InvalidDataException($"'{shards[0]}'{(shards.Count > 1 ? $", or one of the {shards.Count - 1} shards after it," : "")} must hold members of {string.Join(" and ", missing)}, such as name.{missing[0]}, but holds none: say in the recipe's columns which extensions they have.");
    }

    public string Group(int index) => _groups[index].ToString();

    public string Place(int index) => $"{_pairs[index].Key} of {Path.GetFileName(_shards[_pairs[index].Shard])}";

    public async ValueTask<StoredPair> ReadAsync(int index, CancellationToken cancellation)
    {
        var pair = _pairs[index];
        var name = pair.Id ?? pair.Key;
        try
        {
            return new StoredPair(name, await StoredBytes.ReadAsync(_shards[pair.Shard], () => ReadAsync(pair, cancellation), cancellation).ConfigureAwait(false));
        }
        catch (BadPairException e)
        {
            throw new BadPairException($"Pair '{name}' of '{Path.GetFileName(_shards[pair.Shard])}': {e.Message}", e) { Id = name };
        }
    }

    public void Dispose() { }

    private void Add(ShardPair pair)
    {
        _groups.Add(PairGroup.Of(pair.Group, pair.Text, _pairs.Count));
        pair.Text = null;   // read again when it is asked for
        _pairs.Add(pair);
    }

    private async Task<Dictionary<string, RawInput>> ReadAsync(ShardPair pair, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(_shards[pair.Shard], options: FileOptions.Asynchronous | FileOptions.RandomAccess);
        var inputs = new Dictionary<string, RawInput>(StringComparer.Ordinal);
        for (var i = 0; i < _modalities.Count; i++)
            inputs[_modalities[i].Name] = new RawInput(await ReadAsync(file, pair.Members[i], _modalities[i].Name, cancellation).ConfigureAwait(false));
        return inputs;
    }

    private static async Task<byte[]> ReadAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, Member member, string modality, CancellationToken cancellation)
    {
        if (!member.IsPresent) throw new BadPairException($"it has no member of {modality}: give every pair all its inputs.");
        DataFolder.CheckSize(member.Length, $"its {modality}");
        var bytes = new byte[member.Length];
        for (var done = 0; done < bytes.Length;)
        {
            var read = await RandomAccess.ReadAsync(file, bytes.AsMemory(done), member.Offset + done, cancellation).ConfigureAwait(false);
            if (read == 0) throw new BadPairException("the shard has become shorter since it was opened: leave it alone while it is used.");
            done += read;
        }
        return bytes;
    }
}
