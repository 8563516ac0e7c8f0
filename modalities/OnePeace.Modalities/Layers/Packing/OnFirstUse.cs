using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>Something that is made when it is first used, so that weights nobody uses are never read. Thread-safe; what fails is tried again by the next use.</summary>
public sealed class OnFirstUse<T>(Func<T> make) : IDisposable where T : class, IDisposable
{
    private readonly Lock _gate = new();
    private volatile T? _made;

    public T Value
    {
        get
        {
            if (_made is { } made) return made;
            lock (_gate) return _made ??= Make();
        }
    }

    public void Dispose() => _made?.Dispose();

    private T Make()
    {
        using var mode = inference_mode();
        return make();
    }
}
