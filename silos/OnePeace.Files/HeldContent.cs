namespace OnePeace.Files;

/// <summary>Content that was just added and that its holder may still need: it stays at least until it is let go. Disposing lets go.</summary>
/// <remarks>
/// Several may hold the same content. When the last of them lets go, it stays where it was there before them or where somebody kept it; it goes where
/// it was new and nobody did, or where it was removed meanwhile. Only holders in the same process, of the same store, know of each other.
/// </remarks>
public sealed class HeldContent : IDisposable
{
    private readonly ContentStore _store;
    private readonly ContentHold _hold;
    private int _letGo;

    internal HeldContent(ContentStore store, ContentHold hold, bool isNew)
    {
        _store = store;
        _hold = hold;
        IsNew = isNew;
    }

    /// <summary>In lower-case hexadecimal digits.</summary>
    public string Hash => _hold.Hash;

    /// <summary>False where the store had it before.</summary>
    public bool IsNew { get; }

    /// <summary>It shall stay.</summary>
    public void Keep() => _store.Decide(() => _hold.Keeper = this);

    /// <summary>Takes <see cref="Keep"/> back, unless another holder kept it since.</summary>
    public void Discard() => _store.Decide(() => _hold.Keeper = _hold.Keeper == this ? null : _hold.Keeper);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _letGo, 1) == 0) _store.LetGo(_hold);
    }
}

/// <summary>What the holders of one content have in common. Guarded by the store's lock.</summary>
internal sealed class ContentHold(string hash)
{
    public string Hash { get; } = hash;

    public int Holders { get; set; }

    /// <summary>It was new, or was removed while somebody held it.</summary>
    public bool IsUnwanted { get; set; }

    /// <summary>Who kept it last.</summary>
    public HeldContent? Keeper { get; set; }
}
