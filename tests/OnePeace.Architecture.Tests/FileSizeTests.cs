namespace OnePeace.Architecture.Tests;

/// <summary>Files that fit a head: the median at most 80 lines, nine of ten under 200, none over 400.</summary>
public sealed class FileSizeTests
{
    private const int Most = 400, NineOfTen = 200, Median = 80;

    [Fact]
    public void Files_are_small() => Assert.Empty(TooLarge([.. Repository.Files.Where(file => file.IsCSharp)]));

    [Fact]
    public void A_long_file_many_middling_ones_and_a_high_median_are_noticed()
    {
        Assert.StartsWith("silos/A.cs has 401", Assert.Single(TooLarge([Make(401), .. Enumerable.Repeat(Make(10), 20)])));
        Assert.StartsWith("2 of 11", Assert.Single(TooLarge([Make(200), Make(200), .. Enumerable.Repeat(Make(10), 9)])));
        Assert.StartsWith("The median", Assert.Single(TooLarge([Make(81), Make(81), Make(10)])));
        Assert.Empty(TooLarge([Make(400), .. Enumerable.Repeat(Make(80), 9)]));
    }

    private static IReadOnlyList<string> TooLarge(IReadOnlyList<SourceFile> files)
    {
        var lines = files.Select(file => file.Text.TrimEnd('\n').Count(c => c == '\n') + 1).ToList();
        var large = files.Zip(lines).Where(pair => pair.Second >= NineOfTen).OrderByDescending(pair => pair.Second).ToList();
        var faults = large.Where(pair => pair.Second > Most).Select(pair => $"{pair.First} has {pair.Second} lines, more than {Most}.").ToList();
        if (large.Count * 10 > files.Count)
            faults.Add($"{large.Count} of {files.Count} files have {NineOfTen} lines or more: {string.Join(", ", large)}.");
        var median = lines.Order().ElementAt((files.Count - 1) / 2);
        if (median > Median) faults.Add($"The median file has {median} lines, more than {Median}.");
        return faults;
    }

    private static SourceFile Make(int lines) => new("silos/A.cs", string.Concat(Enumerable.Repeat(";\n", lines)));
}
