namespace OnePeace.GrainStorage.Tests;

[GenerateSerializer]
public sealed class Count
{
    [Id(0)] public long Value { get; set; }
    [Id(1)] public List<Note> Notes { get; set; } = [];
}

[GenerateSerializer, Alias("note")]
public sealed record Note
{
    [Id(0)] public string Text { get; init; } = "";
}

/// <summary>What <see cref="Count"/> may become in a later version: types and members have other names, one is new, one is gone.</summary>
[GenerateSerializer]
public sealed class Tally
{
    [Id(0)] public long Total { get; set; }
    [Id(2)] public string Unit { get; set; } = "none";
}

/// <summary>Likewise, with the list and another type in it.</summary>
[GenerateSerializer]
public sealed class Remarks
{
    [Id(1)] public List<Remark> Entries { get; set; } = [];
}

[GenerateSerializer]
public sealed record Remark
{
    [Id(0)] public string Words { get; init; } = "";
}
