using OnePeace.Training.Data.Shards;
using OnePeace.Training.Data.Tables;

namespace OnePeace.Training.Data;

/// <summary>Opens pairs, however they are stored.</summary>
public static class PairSources
{
    private const int MostNamed = 5;
    private const string Forms = "a .jsonl, .csv or .tsv table, a .tar shard, a pattern of shards, or a folder with manifest.jsonl, manifest.csv or shards";

    /// <param name="path">A table, a folder with <c>manifest.jsonl</c> or <c>manifest.csv</c>, a tar shard, or a folder or a pattern (<c>part-*.tar</c>) of shards.</param>
    /// <param name="modalities">What every pair holds.</param>
    /// <param name="columns">By modality, its column in a table or its extension in shards, where they have other names.</param>
    /// <param name="cancellation">Gives up reading the index.</param>
    /// <exception cref="InvalidDataException">It is no such data set, or lacks a column.</exception>
    /// <exception cref="FileNotFoundException">There is nothing.</exception>
    public static IPairSource Open(string path, IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string>? columns = null, CancellationToken cancellation = default)
    {
        CheckNames(modalities, columns ??= new Dictionary<string, string>());
        if (Table(path) is { } table) return TableSource.Open(table, modalities, columns, cancellation);
        if (Shards(path) is { Count: > 0 } shards) return ShardSource.Open(shards, modalities, columns, cancellation);
        throw Missing(path);
    }

    /// <summary>Looks whether there is something to open, and at the beginning of it whether it has what every pair holds; what may come later is not taken for missing. Quick, however large it is.</summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    /// <param name="modalities">As for <see cref="Open"/>; null to look only whether something is there.</param>
    /// <param name="columns">As for <see cref="Open"/>.</param>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static void Check(string path, IReadOnlyList<PairModality>? modalities = null, IReadOnlyDictionary<string, string>? columns = null)
    {
        columns ??= new Dictionary<string, string>();
        if (modalities is not null) CheckNames(modalities, columns);
        var (table, shards) = (Table(path), Shards(path));
        if (table is null && shards.Count == 0) throw Missing(path);
        if (modalities is null) return;
        if (table is not null) TableSource.CheckHead(table, modalities, columns);
        else ShardSource.CheckHead(shards, modalities, columns);
    }

    /// <summary>Looks whether a recipe's columns are of modalities that the pairs hold.</summary>
    /// <exception cref="InvalidDataException">One is not.</exception>
    public static void CheckNames(IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string> columns)
    {
        foreach (var (name, column) in columns.Where(named => modalities.All(m => m.Name != named.Key)))
            throw new InvalidDataException($"The recipe's columns say '{name}': '{column}', but the left side must be a modality of these pairs, {string.Join(" or ", modalities.Select(m => $"'{m.Name}'"))}, and the right side the column that holds it.");
    }

    private static Exception Missing(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path)) return new FileNotFoundException($"There is no data set at '{path}': name {Forms}.", path);
        string?[] tables = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Where(file => Table(file) is not null).Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(MostNamed)] : [];
        return new InvalidDataException($"A data set is {Forms}, but '{path}' is none of them{(tables.Length > 0 ? $": name one of its tables, such as {string.Join(", ", tables)}" : "")}.");
    }

    private static string? Table(string path)
    {
        if (File.Exists(path)) return Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".csv" or ".tsv" ? path : null;
        return new[] { "manifest.jsonl", "manifest.csv" }.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists);
    }

    private static IReadOnlyList<string> Shards(string path)
    {
        if (File.Exists(path)) return Path.GetExtension(path).Equals(".tar", StringComparison.OrdinalIgnoreCase) ? [path] : [];
        var (folder, pattern) = Directory.Exists(path) ? (path, "*.tar") : (Path.GetDirectoryName(path), Path.GetFileName(path));
        if (string.IsNullOrEmpty(folder)) folder = ".";
        return Directory.Exists(folder) && pattern.AsSpan().ContainsAny('*', '?')
            ? [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)]
            : [];
    }
}
