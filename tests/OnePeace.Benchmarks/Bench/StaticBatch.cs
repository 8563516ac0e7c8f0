namespace OnePeace.Benchmarks.Bench;

/// <summary>The fastest batch of a bare loop.</summary>
/// <param name="Items">In it.</param>
/// <param name="Rate">Items a second.</param>
internal sealed record StaticBatch(int Items, double Rate);
