namespace OnePeace.Engine.Tests;

/// <summary>What is found before anything is started.</summary>
public sealed class EngineOptionsTests
{
    [Fact]
    public void More_threads_than_a_process_can_have_are_refused()
    {
        Assert.Contains("64 slots of 8 are 512 threads", Assert.Throws<ArgumentException>(() => new EngineOptions { Device = "cpu", Slots = 64, TorchThreads = 8 }.Check()).Message);
        new EngineOptions { Device = "cpu", Slots = 64, TorchThreads = 4 }.Check();
    }

    [Fact]
    public void A_result_cache_whose_unit_was_forgotten_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new EngineOptions { Device = "cpu", ResultCacheBytes = 256 }.Check());
        Assert.StartsWith("The result cache must be 0 or at least 1MB, but is 256 bytes: a number without a unit is bytes.", error.Message);
        new EngineOptions { Device = "cpu", ResultCacheBytes = 1_000_000 }.Check();
    }

    [Fact]
    public void Threads_that_deterministic_vectors_cannot_have_are_refused()
    {
        Assert.Contains("but 4 were asked for", Assert.Throws<ArgumentException>(() => new EngineOptions { Device = "cpu", Deterministic = true, TorchThreads = 4 }.Check()).Message);
        new EngineOptions { Device = "cpu", Deterministic = true, TorchThreads = 1 }.Check();
    }

    [Theory]
    [InlineData("tpu")]
    [InlineData("cuda:0")]
    public void A_device_that_is_not_there_is_named(string device) =>
        Assert.Contains(device, Assert.Throws<ArgumentException>(() => new EngineOptions { Device = device }.Check()).Message);
}
