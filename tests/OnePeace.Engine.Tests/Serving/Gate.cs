namespace OnePeace.Engine.Tests.Serving;

/// <summary>Holds the device thread at its next forward pass until opened, so that a queue can fill behind it.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private int _forwards;

    public Gate(WordModality modality) => modality.OnForward = _ =>
    {
        Interlocked.Increment(ref _forwards);
        _open.Wait();
    };

    /// <summary>Forward passes begun.</summary>
    public int Forwards => Volatile.Read(ref _forwards);

    /// <summary>Sends a first request and waits until the device is busy with it.</summary>
    public async Task<Task> BlockAsync(EncodingEngine engine)
    {
        Task first = engine.EncodeAsync(TestEngines.Words("first"), default);
        await TestEngines.UntilAsync(() => Forwards == 1);
        return first;
    }

    public void Open() => _open.Set();

    public void Dispose() => Open();
}
