using System.Formats.Tar;
using System.Text;
using System.Text.Json;

namespace OnePeace.Training.Data.Shards;

/// <summary>Where a member's bytes are in its shard.</summary>
internal readonly record struct Member(long Offset, long Length)
{
    public bool IsPresent => Offset > 0;   // a header comes before the first member
}

/// <summary>One pair of a shard; its members in the order of modalities.</summary>
internal sealed class ShardPair(int shard, string key, int modalities)
{
    public int Shard { get; } = shard;

    public string Key { get; } = key;

    public Member[] Members { get; } = new Member[modalities];

    public string? Id { get; set; }

    public string? Group { get; set; }

    public string? Text { get; set; }
}

/// <summary>Finds the pairs of one shard by reading its headers, and the small members that tell a pair's group.</summary>
internal sealed class ShardIndex(IReadOnlyList<PairModality> modalities, MemberNames names)
{
    private const int SmallMember = 1 << 16;

    /// <exception cref="InvalidDataException">It is no whole tar file.</exception>
    public IReadOnlyCollection<ShardPair> Read(string path, int shard, CancellationToken cancellation)
    {
        var pairs = new OrderedDictionary<string, ShardPair>(StringComparer.Ordinal);
        try
        {
            using var file = File.OpenRead(path);
            using var tar = new TarReader(file);
            while (tar.GetNextEntry() is { } entry)
            {
                cancellation.ThrowIfCancellationRequested();
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
                if (entry.DataOffset + entry.Length > file.Length) throw new EndOfStreamException($"'{entry.Name}' ends behind the end of the file");
                var (key, extension) = MemberNames.Split(entry.Name);
                if (names.Modality(extension) < 0 && extension != "json") continue;
                if (!pairs.TryGetValue(key, out var pair)) pairs.Add(key, pair = new ShardPair(shard, key, modalities.Count));
                Add(pair, entry, extension);
            }
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(path, e);
        }
        return pairs.Values.Where(pair => pair.Members.Any(member => member.IsPresent)).ToList();
    }

    /// <summary>Adds the modalities that members of a shard are of, by index, until all are met or as many looks are taken as there may be.</summary>
    /// <returns>The looks that are left: every member costs one, and so does the end.</returns>
    /// <inheritdoc cref="Read" path="/exception"/>
    public int Meet(string path, HashSet<int> met, int looks)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var tar = new TarReader(file);
            for (; met.Count < modalities.Count && looks > 0; looks--)
            {
                if (tar.GetNextEntry() is not { } entry) return looks - 1;
                if (names.Modality(MemberNames.Split(entry.Name).Extension) is >= 0 and var modality) met.Add(modality);
            }
            return looks;
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(path, e);
        }
    }

    private static bool IsDamage(Exception e) => e is IOException or InvalidDataException or FormatException or ArgumentException;

    private static InvalidDataException Damaged(string path, Exception e) => new($"'{path}' must be a whole tar file, but cannot be read: {e.Message} Copy or make it anew.", e);

    private void Add(ShardPair pair, TarEntry entry, string extension)
    {
        if (names.Modality(extension) is >= 0 and var modality)
        {
            if (pair.Members[modality].IsPresent) return;   // the first counts
            pair.Members[modality] = new Member(entry.DataOffset, entry.Length);
            if (modalities[modality].IsText && pair.Text is null && entry.Length <= SmallMember) pair.Text = Encoding.UTF8.GetString(Content(entry));
        }
        else if (entry.Length <= SmallMember)
            Describe(pair, Content(entry));
    }

    private static byte[] Content(TarEntry entry)
    {
        var bytes = new byte[entry.Length];
        entry.DataStream?.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Takes what a JSON member says of the pair; one that is none says nothing.</summary>
    private static void Describe(ShardPair pair, byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return;
            pair.Id = Value(document.RootElement, "id");
            pair.Group = Value(document.RootElement, "group");
        }
        catch (JsonException)
        {
        }
    }

    private static string? Value(JsonElement described, string name) => described.TryGetProperty(name, out var value) ? value.ToString() : null;
}
