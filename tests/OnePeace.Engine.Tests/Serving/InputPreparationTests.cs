using OnePeace.Engine.Hosting;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;

namespace OnePeace.Engine.Tests.Serving;

public sealed class InputPreparationTests : IDisposable
{
    private readonly DeviceResidency _residency = new(new ResidencyOptions(), TimeProvider.System);
    private readonly InputPreparation _preparation = new();

    [Fact]
    public async Task Inputs_that_never_come_back_give_their_slots_back_until_there_are_too_many()
    {
        var slow = new Slow();
        var version = Version(slow, parallelism: 1);
        for (var i = 0; i < 17; i++)
            Assert.Equal(InputFault.Unusable, (await Assert.ThrowsAsync<ItemRejectedException>(() => PrepareAsync(version))).Fault);
        var refused = await Assert.ThrowsAsync<EngineOverloadedException>(() => PrepareAsync(version));
        Assert.Contains("17 inputs of the modality 'word'", refused.Message);
        slow.Go.SetResult();
        await TestEngines.UntilAsync(() => version.Slots.Overdue == 0);
        for (var i = 0; i < 3; i++) Assert.Equal(1, (await PrepareAsync(version)).Input.Tokens);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_make_room_for_the_next()
    {
        var slow = new Slow();
        var version = Version(slow, parallelism: 1, seconds: 3600);
        using var leave = new CancellationTokenSource();
        var left = PrepareAsync(version, leave.Token);
        await TestEngines.UntilAsync(() => slow.Begun == 1);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var next = PrepareAsync(version);
        await Task.Delay(50);
        Assert.Equal(1, slow.Begun);
        slow.Go.SetResult();
        await next;
    }

    [Fact]
    public async Task A_preprocessor_that_fails_to_let_go_keeps_nothing_else()
    {
        var unloaded = 0;
        var version = Version(new Slow(), parallelism: 1, unload: () => unloaded++);
        version.Retire();
        await Assert.ThrowsAsync<FormatException>(() => version.Unloaded.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(1, unloaded);
    }

    public void Dispose() => _residency.Dispose();

    private Task<PreparedPart> PrepareAsync(ModalityVersion version, CancellationToken cancellation = default, string tenant = "default") =>
        _preparation.PrepareAsync(new EncodePart("word", new byte[1]), version, tenant, 0, cancellation).WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);

    private ModalityVersion Version(IPreprocessor preprocessor, int parallelism, double seconds = 0.02, Action? unload = null)
    {
        var identity = new VersionIdentity("word", "1.0.0", "none", ["text/plain"]) { Limits = new InputLimits { MaxInputBytes = 10, PrepareSeconds = seconds } };
        return new ModalityVersion(identity, preprocessor, new ModalitySeat("word", 1, () => throw new NotSupportedException()), _residency, parallelism, unload);
    }

    /// <summary>Heeds no cancellation, and throws when it is disposed.</summary>
    private sealed class Slow : IPreprocessor, IDisposable
    {
        private int _begun;

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Begun => Volatile.Read(ref _begun);

        public async ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _begun);
            await Go.Task;
            return new PreparedInput([], 1);
        }

        public void Dispose() => throw new FormatException("does not let go");
    }
}
