namespace OnePeace.Engine.Residency;

/// <summary>Seats that stay filled until this is disposed.</summary>
internal sealed class Residents(IReadOnlyList<ModalitySeat> seats, Action<IReadOnlyList<ModalitySeat>> release) : IDisposable
{
    private Action<IReadOnlyList<ModalitySeat>>? _release = release;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke(seats);
}
