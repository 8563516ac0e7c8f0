using System.Globalization;

namespace OnePeace.Benchmarks.Expansion;

/// <summary>The results as Markdown: mean over seeds, and the lowest and highest.</summary>
internal static class ExpansionTable
{
    public static void Print(string folder, IReadOnlyList<ExpansionVariant> variants, int seeds)
    {
        var results = variants.ToDictionary(v => v.Name, v => Read(folder, variants, v, seeds));
        string[] keys = [.. results.Values.SelectMany(r => r).SelectMany(r => r.Keys).Distinct().Order(StringComparer.Ordinal)];
        foreach (var variant in variants.Where(v => results[v.Name].Count > 0))
        {
            Console.WriteLine($"\n**{variant.Name}** ({results[variant.Name].Count} seeds)\n\n| figure | mean | lowest | highest |\n|---|---|---|---|");
            foreach (var key in keys)
            {
                double[] values = [.. results[variant.Name].Where(r => r.ContainsKey(key)).Select(r => r[key])];
                if (values.Length > 0) Console.WriteLine($"| {key} | {Text(key, values.Average())} | {Text(key, values.Min())} | {Text(key, values.Max())} |");
            }
        }
    }

    private static List<IReadOnlyDictionary<string, double>> Read(string folder, IReadOnlyList<ExpansionVariant> variants, ExpansionVariant variant, int seeds) =>
        [.. Enumerable.Range(1, seeds).Select(seed => ExpansionBenchmark.FolderOf(folder, variants, variant, seed).Read()).OfType<IReadOnlyDictionary<string, double>>()];

    private static string Text(string key, double value) => key.EndsWith("seconds", StringComparison.Ordinal)
        ? value.ToString("0", CultureInfo.InvariantCulture)
        : value.ToString("0.0 %", CultureInfo.InvariantCulture);
}
