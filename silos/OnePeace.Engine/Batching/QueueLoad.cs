namespace OnePeace.Engine.Batching;

/// <summary>How much waits.</summary>
internal readonly record struct QueueLoad(long Items, long Tokens)
{
    public QueueLoad With(long items, long tokens) => new(Items + items, Tokens + tokens);

    public bool IsWithin(long items, long tokens) => Items <= items && Tokens <= tokens;
}
